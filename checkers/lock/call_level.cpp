// Spin locks and fast mutexes that are acquired or released at an IRQL at which their routine must
// not be called.

#include <fmt/format.h>

#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irql.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::kApcLevel;
using replay::kDispatchLevel;
using replay::LockKind;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;
using namespace replay::lock_flags;

enum RuleNumber {
  kRelease,
  kFastMutexAcquire,
  kFastMutexRelease,
  kQueuedRelease,
  kAcquireAtDpc,
  kReleaseFromDpc,
  kAcquire,
};

const Rule kRules[] = {
    checked_rule("C4:32", "spin-lock-released-off-dispatch-level", Evidence::presence),
    checked_rule("C4:33", "fast-mutex-acquired-above-apc-level", Evidence::presence, {},
                 "C4:20005 WDM:IrqlExApcLte1"),
    checked_rule("C4:34", "fast-mutex-released-off-apc-level", Evidence::presence),
    checked_rule("C4:36", "queued-spin-lock-released-off-dispatch-level", Evidence::presence),
    checked_rule("C4:40", "spin-lock-acquired-at-dpc-level-below-it", Evidence::presence),
    checked_rule("C4:41", "spin-lock-released-from-dpc-level-below-it", Evidence::presence),
    checked_rule("C4:42", "spin-lock-acquired-above-dispatch-level", Evidence::presence),
};

constexpr Op kOperations[] = {Op::lock_request, Op::lock_acquire, Op::lock_release};

// The rule that the call breaks, or -1.
int broken_by_acquisition(const Step& step) {
  const bool keeps_level = has_flag(step, kKeepsLevel);
  if (lock_kind(step) == LockKind::fast_mutex) {
    return !keeps_level && step.irql() > kApcLevel ? kFastMutexAcquire : -1;
  }
  if (keeps_level) return step.irql() < kDispatchLevel ? kAcquireAtDpc : -1;
  return step.irql() > kDispatchLevel ? kAcquire : -1;
}

int broken_by_release(const Step& step) {
  const bool keeps_level = has_flag(step, kKeepsLevel);
  if (lock_kind(step) == LockKind::fast_mutex) {
    return !keeps_level && step.irql() != kApcLevel ? kFastMutexRelease : -1;
  }
  if (keeps_level) return step.irql() < kDispatchLevel ? kReleaseFromDpc : -1;
  if (step.irql() == kDispatchLevel) return -1;
  return lock_kind(step) == LockKind::queued_spin ? kQueuedRelease : kRelease;
}

bool is_judged(LockKind kind) {
  return kind == LockKind::spin || kind == LockKind::queued_spin ||
         kind == LockKind::reader_writer_spin || kind == LockKind::fast_mutex;
}

class CallLevel final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.irql() == format::kIrqlUnknown || !is_judged(lock_kind(step))) return;
    if (has_flag(step, kAnyLevel)) return;
    const bool is_release = step.op == Op::lock_release;
    const int broken = is_release ? broken_by_release(step) : broken_by_acquisition(step);
    if (broken < 0 || (!is_release && !begins_acquisition(step, before))) return;
    report(kRules[broken], step, before, sink);
  }

 private:
  static void report(const Rule& rule, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &rule;
    const replay::Lock* lock = world.locks().find(step);
    const std::uint64_t address = lock == nullptr ? step[Operand::address] : lock->address;
    finding.parameters = {rule.code, step.irql(), address, 0};
    if (&rule == &kRules[kFastMutexRelease]) {
      const auto disabled = world.threads().apcs(*step.event).normal;
      finding.parameters = {rule.code, step.irql(), static_cast<std::uint64_t>(disabled), address};
    } else if (&rule == &kRules[kQueuedRelease]) {
      finding.parameters = {rule.code, step.irql(), step[Operand::handle], step[Operand::level]};
    }
    finding.sentence =
        fmt::format("{} called {} for {} at {}.", driver_name(world, step.driver),
                    function_name(world, step), lock_text(step, world), irql_name(step.irql()));
    finding.objects.push_back(lock_object(step, world));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_lock_call_level() { return std::make_unique<CallLevel>(); }

}  // namespace ddireplay::checkers
