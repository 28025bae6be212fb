// Presence on a simulated machine: threads that are moved, interrupts, stores that are seen late,
// threads that end inside. Somebody takes the hooks out, waits until nobody is inside, and throws
// away what is used there: memory, and the code on the way in and out.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "recorder/core/presence.h"
#include "tests/recorder/model/first_failure.h"
#include "tests/recorder/model/model_access.h"

namespace ddireplay::recorder {
namespace {

using model::first_failure;
using model::Flaw;
using model::Machine;
using model::ModelAccess;

struct Shape {
  unsigned processors = 2;
  unsigned threads = 3;  // that come and go; one more takes the hooks out
  bool stuck = false;    // some never come back
  bool grace = true;
};

Shape shape_of(std::uint32_t seed) {
  return {.processors = 1 + seed % 3, .threads = 1 + seed / 3 % 4};
}

template <Flaw flaw>
class Run {
 public:
  using Access = ModelAccess<flaw>;

  Run(std::uint32_t seed, const Shape& shape)
      : shape_(shape), machine_(seed, shape.processors, shape.threads + 1) {
    for (unsigned i = 0; i < shape.threads; ++i) {
      machine_.add_thread([this] {
        for (unsigned visit = 0; visit < kVisits; ++visit) call(true);
        ++done_;
      });
    }
    machine_.add_thread([this] { unhook(); });
    machine_.set_interrupt([this] {
      if (interrupts_left_ == 0) return;
      --interrupts_left_;
      call(false);
    });
  }

  // What is wrong; empty: nothing.
  std::string check() {
    if (!machine_.run()) return "it never ends";
    if (!machine_.problem().empty()) return machine_.problem();
    if (presence_.threads_inside() != stuck_) return "those inside are miscounted";
    return "";
  }

  unsigned met() const { return met_; }
  unsigned stuck() const { return stuck_; }

 private:
  static constexpr unsigned kVisits = 6;

  // As through a stub: which hook is called is decided before anybody is counted.
  void call(bool may_stay) {
    if (!hooked_) return;
    const unsigned visit = next_visit_++;
    on_the_way_.push_back(visit);
    run_code();
    const auto seat = presence_.enter();
    has_passed(visit);
    for (unsigned i = machine_.draw(4); i != 0; --i) {
      Access::will_read(&memory_);
      run_code();
    }
    if (may_stay && shape_.stuck && machine_.draw(8) == 0) {
      ++stuck_;
      return;
    }
    on_the_way_.push_back(visit);
    // In another routine, or in the same.
    if (machine_.draw(2) == 0) {
      presence_.leave();
    } else {
      presence_.leave(seat);
    }
    run_code();
    has_passed(visit);
  }

  void run_code() {
    if (unloaded_) machine_.report("code is run that is gone");
    machine_.point();
  }

  void has_passed(unsigned visit) { std::erase(on_the_way_, visit); }

  void unhook() {
    for (unsigned i = machine_.draw(300); i != 0; --i) machine_.point();
    hooked_ = false;
    if (!on_the_way_.empty()) ++met_;
    while (!is_deserted()) {
      machine_.point();
      if (stuck_ != 0 && done_ == shape_.threads) return;
    }
    if (stuck_ != 0) machine_.report("those who stay are not seen");
    Access::will_write(&memory_);
    unloaded_ = true;
  }

  bool is_deserted() {
    return presence_.is_deserted([this] {
      if (shape_.grace) let_pass();
    });
  }

  // As time does it: who was on the way has passed, and what was kept back is seen.
  void let_pass() {
    const std::vector<unsigned> waited_for = on_the_way_;
    machine_.drain_all();
    const auto is_on_the_way = [this](unsigned visit) {
      return std::ranges::find(on_the_way_, visit) != on_the_way_.end();
    };
    while (std::ranges::any_of(waited_for, is_on_the_way)) machine_.point();
  }

  Shape shape_;
  Machine machine_;
  BasicPresence<Access, 4> presence_;
  std::uint64_t memory_ = 0;
  std::vector<unsigned> on_the_way_;  // visits, in or out
  unsigned next_visit_ = 0;
  unsigned interrupts_left_ = 12;
  unsigned done_ = 0;
  unsigned stuck_ = 0;
  unsigned met_ = 0;
  bool hooked_ = true;
  bool unloaded_ = false;
};

template <Flaw flaw>
std::string first_problem(std::uint32_t seeds, bool grace = true) {
  return first_failure(seeds,
                       [grace](std::uint32_t seed) {
                         Shape shape = shape_of(seed);
                         shape.grace = grace;
                         return Run<flaw>(seed, shape).check();
                       })
      .what;
}

TEST_CASE("nothing is thrown away while anybody is inside, or on the way", "[presence][model]") {
  unsigned met = 0;
  for (std::uint32_t seed = 0; seed < 5000; ++seed) {
    Run<Flaw::none> run(seed, shape_of(seed));
    INFO("seed " << seed);
    REQUIRE(run.check() == "");
    met += run.met();
  }
  // Otherwise the hooks were always taken out too late to meet anybody.
  CHECK(met > 300);
}

TEST_CASE("who never comes back is inside for ever", "[presence][model]") {
  unsigned stuck = 0;
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    Shape shape = shape_of(seed);
    shape.stuck = true;
    Run<Flaw::none> run(seed, shape);
    INFO("seed " << seed);
    REQUIRE(run.check() == "");
    stuck += run.stuck();
  }
  CHECK(stuck > 500);
}

TEMPLATE_TEST_CASE_SIG("presence over operations that do less than they should is found out",
                       "[presence][model]", ((Flaw flaw), flaw), Flaw::relaxed_store,
                       Flaw::relaxed_load, Flaw::torn_swap, Flaw::torn_add, Flaw::torn_count,
                       Flaw::by_processor) {
  CHECK(first_problem<flaw>(2000) != "");
}

TEST_CASE("presence that doesn't wait for what is seen late is found out", "[presence][model]") {
  CHECK(first_problem<Flaw::none>(2000, false) != "");
}

}  // namespace
}  // namespace ddireplay::recorder
