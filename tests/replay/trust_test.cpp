#include "replay/trust.h"

#include <catch2/catch.hpp>

#include "tests/replay/steps.h"

namespace ddireplay::replay {
namespace {

using tests::Steps;

TEST_CASE("a driver's life is whole when its image was seen to be loaded and nothing is lost") {
  Trust trust;
  Steps steps;
  CHECK_FALSE(trust.complete_for(0));
  trust.apply(steps(Op::image_load));
  CHECK(trust.complete_for(0));
  CHECK_FALSE(trust.complete_for(1));
  SECTION("attached later") {
    trust.apply(steps(Op::image_attach));
    CHECK_FALSE(trust.complete_for(0));
  }
  SECTION("a gap") {
    trust.apply(steps(Op::gap, {{Operand::count, 7}}));
    CHECK_FALSE(trust.complete_for(0));
    CHECK(trust.lost() == 7);
    trust.apply(steps(Op::image_load));
    CHECK_FALSE(trust.complete_for(0));
  }
}

TEST_CASE("what was known before the end of a gap may have changed unseen") {
  Trust trust;
  Steps steps;
  CHECK(trust.complete_since(1));
  trust.apply(steps(Op::none));  // 1
  // It stands behind event 1 and has the position of event 2. The lost events' times end with 10.
  const std::uint64_t gap_position = steps.position() + 1;
  trust.apply(steps(Op::gap, {{Operand::count, 1}, {Operand::until, 10}}));
  CHECK(trust.in_gap());
  CHECK_FALSE(trust.complete_since(1));
  CHECK(trust.complete_since(gap_position));

  steps.processor = 2;
  steps.time = 8;
  trust.apply(steps(Op::none));
  const std::uint64_t within = steps.position();
  CHECK(trust.in_gap());
  CHECK_FALSE(trust.complete_since(within));

  steps.processor = 1;
  steps.time = 9;
  trust.apply(steps(Op::none));
  CHECK_FALSE(trust.complete_since(steps.position()));

  SECTION("it ends with an event of its processor") {
    steps.processor = 0;
    steps.time = 9;
    trust.apply(steps(Op::none));
  }
  SECTION("it ends when its time is over") { trust.apply(steps(Op::none)); }
  CHECK_FALSE(trust.in_gap());
  CHECK_FALSE(trust.complete_since(within));
  CHECK(trust.complete_since(steps.position()));
}

TEST_CASE("of two gaps that end at the same time, neither processor ends both") {
  Trust trust;
  Steps steps;
  trust.apply(steps(Op::gap, {{Operand::until, 10}}));
  steps.processor = 1;
  trust.apply(steps(Op::gap, {{Operand::until, 10}}));
  steps.time = 9;
  trust.apply(steps(Op::none));
  CHECK(trust.in_gap());
  CHECK_FALSE(trust.complete_since(steps.position()));
  trust.apply(steps(Op::none));
  CHECK_FALSE(trust.in_gap());
}

TEST_CASE("what comes in front of a cut is not known to be all there was") {
  const format::Derivation range{.steps = {"range"}, .events = 9, .begin = 2};
  Trust trust(&range);
  Steps steps;
  const Step first = steps(Op::image_load);
  CHECK_FALSE(trust.comes_behind_cut(first));
  trust.apply(first);
  CHECK(trust.complete_for(0));
  const Step second = steps(Op::none);
  CHECK(trust.comes_behind_cut(second));
  CHECK_FALSE(trust.comes_behind_cut(second));
  CHECK_FALSE(trust.complete_for(0));
  CHECK_FALSE(trust.complete_since(1));
  CHECK(trust.complete_since(2));
}

TEST_CASE("of a thinned trace nothing is known to be all there was") {
  const format::Derivation some{.steps = {"some"}, .events = 9, .thinned = true};
  Trust trust(&some);
  Steps steps;
  trust.apply(steps(Op::image_load));
  CHECK_FALSE(trust.complete_for(0));
  CHECK_FALSE(trust.complete_since(steps.position()));
}

}  // namespace
}  // namespace ddireplay::replay
