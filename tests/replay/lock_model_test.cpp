#include "replay/lock_model.h"

#include <catch2/catch.hpp>

#include "tests/replay/steps.h"

namespace ddireplay::replay {
namespace {

using tests::Steps;

constexpr std::uint64_t number_of(LockKind kind) { return static_cast<std::uint64_t>(kind); }

struct Locks {
  LockModel model;
  Steps steps;

  void apply(Op op, Steps::Operands operands) { model.apply(steps(op, operands)); }
  void acquire(std::uint64_t lock, LockKind kind = LockKind::spin, std::uint64_t flags = 0,
               std::uint64_t old_level = 0) {
    apply(Op::lock_acquire, {{Operand::address, lock},
                             {Operand::kind, number_of(kind)},
                             {Operand::flags, flags},
                             {Operand::level, 2},
                             {Operand::result, old_level}});
  }
  void release(std::uint64_t lock, LockKind kind = LockKind::spin, std::uint64_t level = 0,
               std::uint64_t flags = 0, std::uint64_t owner = 0) {
    apply(Op::lock_release, {{Operand::address, lock},
                             {Operand::kind, number_of(kind)},
                             {Operand::flags, flags},
                             {Operand::level, level},
                             {Operand::object, owner}});
  }
  std::size_t held() const { return model.held_by(steps.thread).size(); }
};

TEST_CASE("a lock is held from its acquisition to its release, and keeps its last moments") {
  Locks locks;
  locks.acquire(0x10);
  REQUIRE(locks.held() == 1);
  CHECK(locks.model.held_by(1)[0].since.position == 1);
  CHECK(locks.model.find(0x10)->held());
  locks.release(0x10);
  CHECK(locks.held() == 0);
  CHECK(locks.model.find(0x10)->acquired.position == 1);
  CHECK(locks.model.find(0x10)->released.position == 2);
}

TEST_CASE("recursive locks are released as often as they were acquired") {
  Locks locks;
  locks.acquire(0x10, LockKind::resource);
  locks.acquire(0x10, LockKind::resource, lock_flags::kShared);
  locks.release(0x10, LockKind::resource);
  CHECK(locks.held() == 1);
  locks.release(0x10, LockKind::resource);
  CHECK(locks.held() == 0);
}

TEST_CASE("readers hold a lock together; a writer has it alone, whatever was not seen") {
  Locks locks;
  locks.acquire(0x10, LockKind::push_lock, lock_flags::kShared);
  locks.steps.thread = 2;
  locks.acquire(0x10, LockKind::push_lock, lock_flags::kShared);
  CHECK(locks.model.find(0x10)->owners.size() == 2);
  locks.steps.thread = 3;
  locks.acquire(0x10, LockKind::push_lock);
  CHECK(locks.model.find(0x10)->owners == std::vector<LockOwner>{3});
  CHECK(locks.model.held_by(1).empty());
}

TEST_CASE("locks that are released in the order of their acquisition exchange their levels") {
  Locks locks;
  locks.acquire(0x10, LockKind::spin, 0, 0);
  locks.acquire(0x20, LockKind::spin, 0, 2);
  locks.release(0x10, LockKind::spin, 2);
  REQUIRE(locks.held() == 1);
  CHECK(locks.model.held_by(1)[0].level == 0);
}

TEST_CASE("a resource that was handed over belongs to its new owner") {
  Locks locks;
  locks.acquire(0x10, LockKind::resource);
  locks.apply(Op::lock_hand_over, {{Operand::address, 0x10}, {Operand::object, 0x7003}});
  CHECK(locks.held() == 0);
  CHECK(locks.model.held_by(0x7003).size() == 1);
  locks.release(0x10, LockKind::resource, 0, lock_flags::kForOwner, 0x7003);
  CHECK_FALSE(locks.model.find(0x10)->held());
}

TEST_CASE("what a DPC acquires its processor holds, not the thread that it interrupts") {
  Locks locks;
  Step step = locks.steps(Op::lock_acquire,
                          {{Operand::address, 0x10}, {Operand::kind, number_of(LockKind::spin)}});
  step.in_dpc = true;
  locks.model.apply(step);
  CHECK(locks.held() == 0);
  CHECK(locks.model.held_by(LockModel::owner_of(step)).size() == 1);
}

TEST_CASE("a lock goes with its memory, and another one comes with another number") {
  Locks locks;
  locks.acquire(0x1010);
  locks.acquire(0x2000);
  const LockNumber number = locks.model.find(0x1010)->number;
  locks.model.forget(0x1000, 0x2000);
  CHECK(locks.model.find(0x1010) == nullptr);
  REQUIRE(locks.held() == 1);
  CHECK(locks.model.held_by(1)[0].lock->address == 0x2000);
  locks.acquire(0x1010);
  CHECK(locks.model.find(0x1010)->number != number);
}

TEST_CASE("behind a gap nobody holds anything") {
  Locks locks;
  locks.acquire(0x10);
  locks.model.lose_track();
  CHECK(locks.held() == 0);
  CHECK(locks.model.find(0x10) == nullptr);
}

TEST_CASE("a wait acquires the mutexes that it was for") {
  Locks locks;
  for (const std::uint64_t mutex : {0x10, 0x20}) {
    locks.apply(Op::lock_initialize,
                {{Operand::address, mutex}, {Operand::kind, number_of(LockKind::mutex)}});
  }
  const auto acquired = [&](std::uint64_t type, std::uint64_t status) {
    return locks.model.mutexes_acquired(locks.steps(Op::wait_done, {{Operand::address, 0x10},
                                                                    {Operand::handle, 0x20},
                                                                    {Operand::object, 0x30},
                                                                    {Operand::count, 3},
                                                                    {Operand::type, type},
                                                                    {Operand::status, status}}));
  };
  constexpr std::uint64_t kAll = 0, kAny = 1;
  CHECK(acquired(kAll, 0) == 3);
  CHECK(acquired(kAny, 0) == 1);
  CHECK(acquired(kAny, 1) == 2);
  CHECK(acquired(kAny, 0x81) == 2);   // abandoned
  CHECK(acquired(kAny, 2) == 0);      // no mutex
  CHECK(acquired(kAny, 0x102) == 0);  // timed out
  CHECK(acquired(kAll, 0xc0) == 0);   // an APC came
}

TEST_CASE("threads that came and went, and locks that nobody holds, are not kept for ever") {
  Locks locks;
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    locks.steps.thread = i;
    locks.acquire(0x10);
    locks.release(0x10);
  }
  locks.steps.thread = 1;
  locks.acquire(0x10);
  CHECK(locks.held() == 1);
}

}  // namespace
}  // namespace ddireplay::replay
