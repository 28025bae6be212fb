// Requests that are completed, or started, under a spin lock: other drivers' routines, or the
// driver's own, run in the call and may want the same lock.

#include <fmt/format.h>

#include <algorithm>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irql.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::Hold;
using replay::Op;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("WDM:SpinLockSafe", "request-completed-under-spin-lock", Evidence::absence,
                 "C4:40009"),
};

constexpr Op kOperations[] = {Op::irp_complete};
constexpr std::string_view kFunctions[] = {"IofCompleteRequest", "IoStartNextPacket"};

class SpinLockSafe final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }
  bool concerns(const format::Function& function, const World&) override {
    return std::find(std::begin(kFunctions), std::end(kFunctions), function.name) !=
           std::end(kFunctions);
  }

  void on_call(const Step& step, const World& before, replay::FindingSink& sink) override {
    // Who holds a spin lock runs at DISPATCH_LEVEL. A lock that an earlier request left held, and
    // below which the level has fallen since, is not this call's.
    if (step.irql() < replay::kDispatchLevel) return;
    for (const Hold& hold : before.locks().held_by(replay::LockModel::owner_of(step))) {
      if (is_spin_lock(hold.kind)) return report(hold, step, before, sink);
    }
  }

 private:
  static void report(const Hold& hold, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, hold.lock->shown_address(), 0, 0};
    finding.rests_on = hold.since.position;
    finding.sentence =
        fmt::format("{} called {} while it held {}.", driver_name(world, step.driver),
                    function_name(world, step), lock_text(hold.kind, hold.lock->address));
    finding.objects.push_back(object_of(*hold.lock, world));
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_spin_lock_safe() { return std::make_unique<SpinLockSafe>(); }

}  // namespace ddireplay::checkers
