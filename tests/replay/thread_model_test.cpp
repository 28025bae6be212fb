#include "replay/thread_model.h"

#include <catch2/catch.hpp>

#include "replay/lock_kind.h"
#include "tests/replay/steps.h"

namespace ddireplay::replay {
namespace {

using format::IrqlSource;
using format::kIrqlUnknown;
using tests::Steps;

constexpr auto kSpin = static_cast<std::uint64_t>(LockKind::spin);
constexpr auto kFastMutex = static_cast<std::uint64_t>(LockKind::fast_mutex);

// A model, and the thread whose steps come next.
struct Threads {
  explicit Threads(IrqlSource source) : model(source) {}

  ThreadModel model;
  Steps steps;

  void apply(Op op, Steps::Operands operands = {}) { model.apply(steps(op, operands)); }
  void enter(std::uint64_t level, format::FunctionId function = 1, Op op = Op::callback_enter) {
    steps.function = function;
    apply(op, {{Operand::level, level}});
  }
  void leave(format::FunctionId function = 1, Op op = Op::callback_leave) {
    steps.function = function;
    apply(op);
  }
  void acquire(std::uint64_t lock) {
    apply(Op::lock_acquire,
          {{Operand::address, lock}, {Operand::kind, kSpin}, {Operand::level, 2}});
  }
  void release(std::uint64_t lock, std::uint64_t level = 0) {
    apply(Op::lock_release,
          {{Operand::address, lock}, {Operand::kind, kSpin}, {Operand::level, level}});
  }
  int irql() const { return model.irql(steps.event()); }
  std::size_t depth() const { return model.frames(steps.event()).size(); }
};

TEST_CASE("a thread that was never seen in a callback has an unknown IRQL") {
  Threads threads(IrqlSource::modelled);
  threads.apply(Op::none);
  CHECK(threads.irql() == kIrqlUnknown);
  CHECK(threads.depth() == 0);
}

TEST_CASE("a callback gives the level, and takes it away again") {
  Threads threads(IrqlSource::modelled);
  threads.enter(0);
  CHECK(threads.irql() == 0);
  CHECK(threads.depth() == 1);
  threads.leave();
  CHECK(threads.irql() == kIrqlUnknown);
  CHECK(threads.depth() == 0);
}

TEST_CASE("a callback within a call is entered at the level of the call") {
  Threads threads(IrqlSource::modelled);
  threads.enter(0, 1);
  threads.acquire(0x10);
  threads.enter(0, 2);
  CHECK(threads.irql() == 2);
  threads.enter(kIrqlUnknown, 3);
  CHECK(threads.irql() == kIrqlUnknown);
  threads.leave(3);
  threads.leave(2);
  CHECK(threads.irql() == 2);
  threads.release(0x10);
  CHECK(threads.irql() == 0);
}

TEST_CASE("the step of a callback's entry has the level at which it begins") {
  Threads threads(IrqlSource::modelled);
  const Step& step = threads.steps(Op::dpc_enter, {{Operand::level, 2}});
  CHECK(threads.model.irql(step) == 2);
  CHECK(threads.model.irql(*step.event) == kIrqlUnknown);
}

TEST_CASE("a callback that leaves a lock behind does not spoil its caller's level") {
  Threads threads(IrqlSource::modelled);
  threads.enter(0, 1);
  threads.enter(0, 2);
  threads.acquire(0x10);
  threads.leave(2);
  CHECK(threads.irql() == 0);
}

TEST_CASE("locks bring back the level that they found, whatever the host said") {
  Threads threads(IrqlSource::modelled);
  threads.enter(0);
  SECTION("one within the other") {
    threads.acquire(0x10);
    threads.acquire(0x20);
    threads.release(0x20, 0);
    CHECK(threads.irql() == 2);
    threads.release(0x10, 0);
    CHECK(threads.irql() == 0);
  }
  SECTION("in the wrong order") {
    threads.acquire(0x10);
    threads.acquire(0x20);
    threads.release(0x10, 2);
    CHECK(threads.irql() == 2);
    threads.release(0x20, 0);
    CHECK(threads.irql() == 0);
  }
  SECTION("a fast mutex in between") {
    threads.apply(Op::lock_acquire,
                  {{Operand::address, 0x30}, {Operand::kind, kFastMutex}, {Operand::level, 1}});
    CHECK(threads.irql() == 1);
    threads.acquire(0x10);
    threads.release(0x10, 0);
    CHECK(threads.irql() == 1);
    threads.apply(
        Op::lock_release,
        {{Operand::address, 0x30}, {Operand::kind, kFastMutex}, {Operand::level, kIrqlUnknown}});
    CHECK(threads.irql() == 0);
  }
  SECTION("raised and lowered by hand") {
    threads.apply(Op::irql_raise, {{Operand::level, 5}});
    CHECK(threads.irql() == 5);
    threads.acquire(0x10);
    CHECK(threads.irql() == 5);
    threads.release(0x10);
    threads.apply(Op::irql_lower, {{Operand::level, 0}});
    CHECK(threads.irql() == 0);
  }
  SECTION("one that was acquired unseen") {
    threads.release(0x40, 1);
    CHECK(threads.irql() == 1);
  }
}

TEST_CASE("a DPC has the frames of its own, and leaves the thread's alone") {
  const IrqlSource source = GENERATE(IrqlSource::modelled, IrqlSource::hardware);
  Threads threads(source);
  if (source == IrqlSource::hardware) threads.steps.irql = 0;
  threads.enter(0, 1);
  threads.enter(0, 2);
  if (source == IrqlSource::hardware) threads.steps.irql = 2;
  threads.enter(2, 3, Op::dpc_enter);
  CHECK(threads.depth() == 1);
  CHECK(threads.irql() == 2);
  threads.leave(3, Op::dpc_leave);
  if (source == IrqlSource::hardware) threads.steps.irql = 0;
  CHECK(threads.depth() == 2);
  CHECK(threads.irql() == 0);
}

TEST_CASE("on hardware two processors run DPCs in the same idle thread") {
  Threads threads(IrqlSource::hardware);
  threads.steps.irql = 2;
  threads.enter(2, 1, Op::dpc_enter);
  threads.steps.processor = 1;
  threads.enter(2, 2, Op::dpc_enter);
  CHECK(threads.depth() == 1);
  threads.steps.processor = 0;
  CHECK(threads.depth() == 1);
  threads.leave(1, Op::dpc_leave);
  CHECK(threads.depth() == 0);
  threads.steps.processor = 1;
  CHECK(threads.depth() == 1);
}

TEST_CASE("where it may not be hardware, a thread takes its DPC from one processor to another") {
  Threads threads(GENERATE(IrqlSource::virtualised, IrqlSource::unknown));
  threads.steps.irql = 2;
  threads.enter(2, 1, Op::dpc_enter);
  threads.steps.processor = 1;
  CHECK(threads.depth() == 1);
  CHECK_FALSE(threads.model.in_dpc(threads.steps.event()));
  threads.leave(1, Op::dpc_leave);
  CHECK(threads.depth() == 0);
}

TEST_CASE("a sampled IRQL is taken as it is") {
  Threads threads(GENERATE(IrqlSource::virtualised, IrqlSource::unknown));
  threads.steps.irql = 0;
  threads.enter(0);
  threads.steps.irql = 2;
  CHECK(threads.irql() == 2);
}

TEST_CASE("returns that were never seen don't pile up") {
  Threads threads(IrqlSource::modelled);
  for (format::FunctionId i = 1; i < 10'000; ++i) threads.enter(0, i);
  CHECK(threads.depth() <= 128);
  for (std::uint64_t lock = 0; lock < 10'000; ++lock) threads.acquire(lock);
  CHECK(threads.irql() == 2);
}

TEST_CASE("after a gap nothing is known, until the next callback") {
  Threads threads(IrqlSource::modelled);
  threads.enter(0, 1);
  threads.model.lose_track();
  CHECK(threads.irql() == kIrqlUnknown);
  threads.leave(1);
  CHECK(threads.irql() == kIrqlUnknown);
  threads.enter(0, 1);
  CHECK(threads.irql() == 0);
}

TEST_CASE("a thread that ends in its callback leaves nothing behind") {
  Threads threads(IrqlSource::modelled);
  threads.enter(0);
  threads.acquire(0x10);
  threads.apply(Op::thread_exit);
  CHECK(threads.depth() == 0);
  CHECK(threads.irql() == kIrqlUnknown);
}

}  // namespace
}  // namespace ddireplay::replay
