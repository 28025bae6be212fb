// Locks that are used as what they are not: not initialised, not held, another kind's, another
// thread's.

#include <fmt/format.h>

#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Hold;
using replay::Lock;
using replay::LockKind;
using replay::LockModel;
using replay::LockOwner;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum RuleNumber { kNotInitialised, kOtherThread, kTwice, kNotHeld, kAcquiredAs, kReleasedAs };

constexpr std::string_view kWrongLevel = "C4:32 C4:34 C4:36 C4:3A C4:41";

const Rule kRules[] = {
    checked_rule("C4:1002", "lock-not-initialised", Evidence::absence),
    checked_rule("C4:1004", "lock-released-by-another-thread", Evidence::absence),
    checked_rule("C4:1005", "lock-initialised-twice", Evidence::absence),
    checked_rule("C4:1007", "lock-released-without-being-held", Evidence::absence, kWrongLevel,
                 "C4:4000A C4:4000B WDM:SpinlockRelease C4:40007 WDM:QueuedSpinLockRelease "
                 "WDM:CancelSpinlockRelease"),
    checked_rule("C4:1008", "lock-acquired-as-another-kind", Evidence::absence),
    checked_rule("C4:1009", "lock-released-as-another-kind", Evidence::absence),
};

constexpr Op kOperations[] = {Op::lock_initialize, Op::lock_request, Op::lock_acquire,
                              Op::lock_release};

bool is_called(std::string_view function, const World& world) {
  for (format::FunctionId id = 0; id < world.trace().function_count(); ++id) {
    if (world.trace().function(id).name == function) return true;
  }
  return false;
}

// Kits may write the initialisation of a guarded mutex inline, as that of a fast mutex.
bool has_visible_initialisation(LockKind kind, const World& world) {
  if (kind == LockKind::guarded_mutex) return is_called("KeInitializeGuardedMutex", world);
  return kind == LockKind::mutex || kind == LockKind::resource;
}

// The cancel spin lock comes with the call of a cancel routine, which may not have been seen: only
// what was acquired in this callback, or is released in a cancel routine that was seen, is known.
bool is_cancel_lock_known(const Lock& lock, const Step& step, const World& world) {
  const auto frames = world.threads().frames(*step.event);
  if (frames.empty()) return false;
  return frames.back().kind == replay::CallbackKind::cancel ||
         lock.acquired.position > frames.back().entered.position;
}

class LockUse final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const Lock* lock = before.locks().find(step);
    if (step.op == Op::lock_initialize) return initialised(lock, step, before, sink);
    if (step.op == Op::lock_release) return released(lock, step, before, sink);
    if (!begins_acquisition(step, before)) return;
    acquired(lock, step, before, sink);
  }

 private:
  static void initialised(const Lock* lock, const Step& step, const World& world,
                          FindingSink& sink) {
    // Of ERESOURCEs it is C4:D0.
    if (lock == nullptr || !lock->live || lock_kind(step) == LockKind::resource) return;
    if (lock->kind != lock_kind(step)) return;
    // A block may be used again for another object without being freed, for all that is known.
    const bool is_in_pool = world.pool().containing(lock->address) != nullptr;
    if (!lock->held() && (is_in_pool || !is_in_own_memory(lock->address, step, world))) return;
    report(kTwice, {0, 0}, lock->initialised.position, "initialised", ", which lives already", step,
           world, sink);
  }

  static void acquired(const Lock* lock, const Step& step, const World& world, FindingSink& sink) {
    if (lock == nullptr) return not_initialised(step, world, sink);
    const LockKind kind = lock_kind(step);
    if (!is_spin_lock(kind) || !is_spin_lock(lock->kind) || lock->kind == kind) return;
    // Of a lock that goes to and fro between its kinds the first change says it all.
    if (lock->was(kind)) return;
    if (!lock->held() && !is_in_own_memory(lock->address, step, world)) return;
    report(kAcquiredAs, {0, 0}, lock->acquired.position, "acquired",
           fmt::format(" as a {}", replay::lock_kind_name(kind)), step, world, sink);
  }

  // Only the first use of a lock can be too early.
  static void not_initialised(const Step& step, const World& world, FindingSink& sink) {
    if (!is_in_own_memory(step[Operand::address], step, world)) return;
    if (!has_visible_initialisation(lock_kind(step), world)) return;
    report(kNotInitialised, {0, 0}, 0, "used", ", which it has not initialised", step, world, sink);
  }

  static void released(const Lock* lock, const Step& step, const World& world, FindingSink& sink) {
    // Of ERESOURCEs it is E3:owner.
    const LockKind kind = lock_kind(step);
    if (kind == LockKind::resource) return;
    if (lock == nullptr) {
      if (kind == LockKind::mutex) return not_initialised(step, world, sink);
      return not_held(nullptr, step, world, sink);
    }
    if (!lock->held()) return not_held(lock, step, world, sink);
    const LockOwner who = LockModel::owner_of(step);
    const Hold* hold = world.locks().hold(who, *lock);
    if (hold == nullptr) {
      if (replay::has_owner(kind)) of_another(*lock, step, world, sink);
    } else if (hold->kind != kind) {
      report(kReleasedAs, {0, 0}, hold->since.position, "released",
             fmt::format(" as a {}", replay::lock_kind_name(kind)), step, world, sink);
    }
  }

  // What others release in memory that is not the driver's may be acquired by them as well.
  static void not_held(const Lock* lock, const Step& step, const World& world, FindingSink& sink) {
    const bool was_held = lock != nullptr && lock->acquired.seen() && lock->released.seen() &&
                          lock->released.thread == step.event->thread;
    const std::uint64_t address = lock == nullptr ? step[Operand::address] : lock->address;
    const LockKind kind = lock_kind(step);
    if (address == 0 || kind == LockKind::interrupt_spin) return;
    if (kind == LockKind::cancel_spin) {
      if (!was_held || !is_cancel_lock_known(*lock, step, world)) return;
    }
    if (!was_held && !is_in_own_memory(address, step, world)) return;
    report(kNotHeld, {0, 0}, was_held ? lock->released.position : 0, "released",
           ", which nobody holds", step, world, sink);
  }

  static void of_another(const Lock& lock, const Step& step, const World& world,
                         FindingSink& sink) {
    const LockOwner owner = lock.owners.back();
    const Hold* hold = world.locks().hold(owner, lock);
    if (hold == nullptr || !is_in_own_memory(lock.address, step, world)) return;
    report(kOtherThread, {hold->since.thread, step.event->thread}, hold->since.position, "released",
           fmt::format(" in thread {:#x}, which thread {:#x} holds", step.event->thread,
                       hold->since.thread),
           step, world, sink);
  }

  // A lock that is taken for one of another kind is called what it was until then.
  static LockKind called(RuleNumber number, const Step& step, const World& world) {
    const bool is_mistaken = number == kAcquiredAs || number == kReleasedAs;
    return is_mistaken ? world.locks().find(step)->kind : lock_kind(step);
  }

  static void report(RuleNumber number, std::array<std::uint64_t, 2> details,
                     std::uint64_t rests_on, std::string_view verb, std::string_view rest,
                     const Step& step, const World& world, FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[number];
    finding.objects.push_back(lock_object(step, world));
    const std::uint64_t address = finding.objects.back().address;
    finding.parameters = {finding.rule->code, address, details[0], details[1]};
    finding.rests_on = rests_on;
    finding.sentence = fmt::format("{} {} {}{}.", driver_name(world, step.driver), verb,
                                   lock_text(called(number, step, world), address), rest);
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_lock_use() { return std::make_unique<LockUse>(); }

}  // namespace ddireplay::checkers
