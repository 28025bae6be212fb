// Locks whose holder must not be suspended by an APC, and that are used while APCs can run.

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
using replay::LockKind;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;
using namespace replay::lock_flags;

enum RuleNumber { kResourceAcquire, kResourceRelease, kMutexAcquire, kMutexRelease, kPushAcquire };

// For each kind of lock the rule of its acquisition, and behind it that of its release.
const Rule kRules[] = {
    checked_rule("C4:37", "resource-acquired-with-apcs-enabled", Evidence::presence, {},
                 "WDM:WithinCriticalRegion"),
    checked_rule("C4:38", "resource-released-with-apcs-enabled", Evidence::presence),
    checked_rule("C4:39", "unsafe-fast-mutex-acquired-with-apcs-enabled", Evidence::presence),
    checked_rule("C4:3A", "unsafe-fast-mutex-released-with-apcs-enabled", Evidence::presence),
    checked_rule("C4:EA", "push-lock-acquired-with-apcs-enabled", Evidence::presence),
    checked_rule("C4:EB", "push-lock-released-with-apcs-enabled", Evidence::presence),
};

constexpr Op kOperations[] = {Op::lock_request, Op::lock_acquire, Op::lock_release};

// In a process other than the one that loads drivers, no thread is a system thread. What is called
// from anywhere but a dispatch routine may run in one.
bool is_user_thread(const Step& step, const World& world) {
  const auto frames = world.threads().frames(*step.event);
  if (frames.empty() || frames.front().kind != replay::CallbackKind::dispatch) return false;
  const std::uint64_t process = frames.front().process;
  const std::uint64_t system = world.threads().system_process();
  return process != 0 && system != 0 && process != system;
}

bool can_be_suspended(const Step& step) { return step.irql() < kApcLevel && apcs_enabled(step); }

// The rule of acquisitions that speaks of this lock and is broken, or -1.
int broken(const Step& step, const World& world) {
  if (has_flag(step, kCriticalRegion)) return -1;
  switch (lock_kind(step)) {
    case LockKind::resource:
      // A release for another thread says nothing of this one.
      if (has_flag(step, kForOwner)) return -1;
      return can_be_suspended(step) && is_user_thread(step, world) ? kResourceAcquire : -1;
    case LockKind::fast_mutex:
    case LockKind::guarded_mutex: {
      if (!has_flag(step, kKeepsLevel)) return -1;
      return step.irql() > kApcLevel || can_be_suspended(step) ? kMutexAcquire : -1;
    }
    case LockKind::push_lock:
      // Flags ask for more than this rule knows.
      return step[Operand::information] == 0 && can_be_suspended(step) ? kPushAcquire : -1;
    default:
      return -1;
  }
}

class CallApcs final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.irql() == format::kIrqlUnknown) return;
    const int of_acquisition = broken(step, before);
    if (of_acquisition < 0) return;
    const bool is_release = step.op == Op::lock_release;
    if (!is_release && !begins_acquisition(step, before)) return;
    report(kRules[of_acquisition + (is_release ? 1 : 0)], step, before, sink);
  }

 private:
  static void report(const Rule& rule, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &rule;
    finding.parameters = {rule.code, step.irql(), 0, step[Operand::address]};
    finding.sentence =
        fmt::format("{} called {} for {} at {}{}.", driver_name(world, step.driver),
                    function_name(world, step), lock_text(step, world), irql_name(step.irql()),
                    step.irql() < kApcLevel ? " with normal kernel APCs enabled" : "");
    finding.objects.push_back(lock_object(step, world));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_lock_call_apcs() { return std::make_unique<CallApcs>(); }

}  // namespace ddireplay::checkers
