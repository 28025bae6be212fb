// ERESOURCEs that are released by who doesn't own them, or not released by who does.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/nt_status.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Hold;
using replay::Lock;
using replay::LockKind;
using replay::LockModel;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum RuleNumber { kNotOwner, kHeldAtReturn };

const Rule kRules[] = {
    checked_rule("E3:owner", "resource-released-by-another", Evidence::absence),
    checked_rule("WDM:ExclusiveResourceAccess", "resource-held-at-return", Evidence::absence),
};

constexpr Op kOperations[] = {Op::lock_release, Op::callback_leave};

class ResourceOwner final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::callback_leave) return returned(step, before, sink);
    if (lock_kind(step) == LockKind::resource) released(step, before, sink);
  }

 private:
  static void released(const Step& step, const World& world, FindingSink& sink) {
    const Lock* lock = world.locks().find(step);
    // Of one that was never seen to be acquired, nothing is known.
    const bool is_known = lock != nullptr && (lock->acquired.seen() || lock->live);
    if (!is_known) return;
    const Hold* hold = world.locks().hold(LockModel::owner_of(step), *lock);
    // Threads have addresses that aren't recorded: whoever owns it may be the one that is meant.
    const bool may_be_meant = has_flag(step, replay::lock_flags::kForOwner) && lock->held();
    if (hold != nullptr || may_be_meant) return;

    Finding finding;
    finding.rule = &kRules[kNotOwner];
    finding.parameters = {lock->address, step.event->thread, 0, 0};
    finding.rests_on = lock->initialised.position;
    const std::string resource = lock_text(LockKind::resource, lock->address);
    const std::string driver = driver_name(world, step.driver);
    finding.sentence = lock->held()
                           ? fmt::format("{} released {} in thread {:#x}, which does not own it.",
                                         driver, resource, step.event->thread)
                           : fmt::format("{} released {}, which nobody owns.", driver, resource);
    finding.objects.push_back(lock_object(step, world));
    sink.report(std::move(finding));
  }

  // A request that is pending may have taken its resource with it.
  static void returned(const Step& step, const World& world, FindingSink& sink) {
    const auto kind = static_cast<replay::CallbackKind>(step[Operand::kind]);
    if (kind != replay::CallbackKind::dispatch || step[Operand::result] == replay::kStatusPending)
      return;
    const auto frames = world.threads().frames(*step.event);
    if (frames.empty() || frames.back().function != step.event->function) return;
    for (const Hold& hold : world.locks().held_by(LockModel::owner_of(step))) {
      if (hold.kind != LockKind::resource || hold.shared) continue;
      if (hold.since.position < frames.back().entered.position) continue;
      Finding finding;
      finding.rule = &kRules[kHeldAtReturn];
      finding.parameters = {finding.rule->code, hold.lock->address, step.event->thread, 0};
      finding.rests_on = hold.since.position;
      finding.sentence = fmt::format("A dispatch routine of {} returned with {} held exclusively.",
                                     driver_name(world, step.driver),
                                     lock_text(LockKind::resource, hold.lock->address));
      finding.objects.push_back(object_of(*hold.lock, world));
      add_entry(finding.objects.back(), replay::Role::violated, step.moment());
      sink.report(std::move(finding));
    }
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_resource_owner() { return std::make_unique<ResourceOwner>(); }

}  // namespace ddireplay::checkers
