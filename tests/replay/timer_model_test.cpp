#include "replay/timer_model.h"

#include <catch2/catch.hpp>
#include <vector>

#include "replay/dpc_model.h"
#include "tests/replay/steps.h"

namespace ddireplay::replay {
namespace {

using tests::Steps;

constexpr std::uint64_t kHz = 1000;             // of event times
constexpr std::uint64_t kMillisecond = 10'000;  // of due times

std::uint64_t relative(std::uint64_t milliseconds) {
  return std::uint64_t{0} - milliseconds * kMillisecond;
}

void set(TimerModel& timers, Steps& steps, std::uint64_t address, std::uint64_t due,
         std::uint64_t period = 0, std::uint64_t dpc = 0) {
  timers.apply(steps(Op::timer_set, {{Operand::address, address},
                                     {Operand::due, due},
                                     {Operand::period, period},
                                     {Operand::dpc, dpc}}));
}

TEST_CASE("a one-shot is pending until its due time, a periodic timer for ever") {
  TimerModel timers(8, kHz, 0, 0);
  Steps steps;
  steps.time = 99;  // the next step is at 100
  set(timers, steps, 0x1000, relative(50));
  set(timers, steps, 0x2000, relative(50), 10);
  CHECK(timers.find(0x1000)->due_clock == 150);
  CHECK(timers.find(0x1000)->pending(149));
  CHECK_FALSE(timers.find(0x1000)->pending(150));
  CHECK(timers.find(0x2000)->pending(1'000'000));
}

TEST_CASE("an absolute due time is placed by the header's clock") {
  constexpr std::uint64_t kStart = 133'000'000'000'000'000;
  Steps steps;
  steps.time = 5000;
  TimerModel timers(8, kHz, 4000, kStart);
  set(timers, steps, 0x1000, kStart + 2000 * kMillisecond);
  CHECK(timers.find(0x1000)->due_clock == 6000);
  set(timers, steps, 0x1000, kStart - 1);
  CHECK_FALSE(timers.find(0x1000)->pending(steps.time + 1));

  TimerModel without_clock(8, kHz, 4000, 0);
  set(without_clock, steps, 0x1000, kStart + 2000 * kMillisecond);
  CHECK_FALSE(without_clock.find(0x1000)->pending(steps.time));
}

TEST_CASE("due times that no clock can hold never come") {
  TimerModel timers(8, 10'000'000'000, 0, 0);
  Steps steps;
  set(timers, steps, 0x1000, std::uint64_t{1} << 63);
  CHECK(timers.find(0x1000)->pending(0xfffffffffffffffe));
}

TEST_CASE("a timer is no longer armed when it is cancelled, initialised or its DPC runs") {
  TimerModel timers(8, kHz, 0, 0);
  Steps steps;
  set(timers, steps, 0x1000, relative(1000), 0, 0x9000);
  set(timers, steps, 0x2000, relative(1000), 10, 0x9000);
  set(timers, steps, 0x3000, relative(1000));
  SECTION("cancelled, whatever the call returned") {
    timers.apply(steps(Op::timer_cancel, {{Operand::address, 0x1000}, {Operand::result, 0}}));
    CHECK_FALSE(timers.find(0x1000)->armed);
    CHECK(timers.find(0x2000)->armed);
  }
  SECTION("initialised") {
    timers.apply(steps(Op::timer_initialize, {{Operand::address, 0x1000}}));
    CHECK_FALSE(timers.find(0x1000)->armed);
    CHECK(timers.find(0x1000)->dpc == 0);
  }
  SECTION("its DPC runs: a periodic timer goes on") {
    timers.apply(steps(Op::dpc_enter, {{Operand::dpc, 0x9000}}));
    CHECK_FALSE(timers.find(0x1000)->armed);
    CHECK(timers.find(0x2000)->armed);
    CHECK(timers.find(0x3000)->armed);
  }
  SECTION("its driver is gone") {
    timers.apply(steps(Op::image_unload));
    CHECK(timers.find(0x1000) == nullptr);
  }
}

template <class Model>
std::vector<std::uint64_t> addresses_in(const Model& model, std::uint64_t begin,
                                        std::uint64_t end) {
  std::vector<std::uint64_t> result;
  model.for_each_in(begin, end, [&](const auto& object) { result.push_back(object.address); });
  return result;
}

TEST_CASE("objects are found and forgotten where any of their bytes lies") {
  const unsigned pointer_bytes = GENERATE(4u, 8u);
  const std::uint64_t bytes = pointer_bytes == 4 ? 0x28 : 0x40;
  TimerModel timers(pointer_bytes, kHz, 0, 0);
  CHECK(timers.object_bytes() == bytes);
  Steps steps;
  set(timers, steps, 0x1000, relative(1));
  set(timers, steps, 0x1000 + bytes, relative(1));
  set(timers, steps, 0x8, relative(1));
  CHECK(addresses_in(timers, 0x1000 + bytes - 1, 0x1000 + bytes) ==
        std::vector<std::uint64_t>{0x1000});
  CHECK(addresses_in(timers, 0x1000 + bytes, 0x1000 + bytes + 1) ==
        std::vector<std::uint64_t>{0x1000 + bytes});
  CHECK(addresses_in(timers, 0x1000, 0x1000).empty());
  CHECK(addresses_in(timers, 0, 9) == std::vector<std::uint64_t>{0x8});
  timers.forget(0x1001, 0x1002);
  CHECK(timers.find(0x1000) == nullptr);
  CHECK(timers.find(0x1000 + bytes) != nullptr);
}

TEST_CASE("a DPC is queued until it runs, is removed or flushed") {
  DpcModel dpcs(8);
  Steps steps;
  const auto apply = [&](Op op, std::uint64_t address) {
    dpcs.apply(steps(op, {{Operand::address, address}, {Operand::dpc, address}}));
  };
  dpcs.apply(steps(Op::dpc_initialize, {{Operand::address, 0x1000}, {Operand::routine, 0x77}}));
  apply(Op::dpc_queue, 0x1000);
  const std::uint64_t queued_at = steps.position();
  apply(Op::dpc_queue, 0x1000);
  apply(Op::dpc_queue, 0x2000);
  CHECK(dpcs.find(0x1000)->queued);
  CHECK(dpcs.find(0x1000)->queued_at.position == queued_at);
  CHECK(dpcs.find(0x1000)->routine == 0x77);
  SECTION("runs, and queues itself again") {
    apply(Op::dpc_enter, 0x1000);
    CHECK_FALSE(dpcs.find(0x1000)->queued);
    CHECK(dpcs.find(0x1000)->running == 1);
    apply(Op::dpc_queue, 0x1000);
    apply(Op::dpc_leave, 0x1000);
    CHECK(dpcs.find(0x1000)->queued);
    CHECK(dpcs.find(0x1000)->running == 0);
  }
  SECTION("removed") {
    apply(Op::dpc_remove, 0x1000);
    CHECK_FALSE(dpcs.find(0x1000)->queued);
    CHECK(dpcs.find(0x2000)->queued);
  }
  SECTION("flushed") {
    apply(Op::dpc_flush, 0);
    CHECK_FALSE(dpcs.find(0x1000)->queued);
    CHECK_FALSE(dpcs.find(0x2000)->queued);
  }
  SECTION("its memory is gone") {
    dpcs.forget(0x1000, 0x1001);
    CHECK(dpcs.find(0x1000) == nullptr);
    apply(Op::dpc_flush, 0);
    CHECK_FALSE(dpcs.find(0x2000)->queued);
  }
}

}  // namespace
}  // namespace ddireplay::replay
