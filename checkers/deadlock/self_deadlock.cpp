// An owner that waits for a lock which it holds itself.

#include <fmt/format.h>

#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::Hold;
using replay::LockKind;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:1000", "lock-acquired-by-its-holder", Evidence::absence),
};

// An acquisition that has returned hung nowhere: what its lock was held for, it was released from.
constexpr Op kOperations[] = {Op::lock_request};

class SelfDeadlock final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const bool is_try = step[Operand::extra] == 0;
    const replay::Lock* lock = before.locks().find(step);
    if (is_try || lock == nullptr || !lock->held()) return;
    const Hold* hold = before.locks().hold(replay::LockModel::owner_of(step), *lock);
    if (hold == nullptr) return;
    // Readers wait for writers only; an ERESOURCE knows its owner, but can't make a reader a
    // writer.
    const bool wants_shared = has_flag(step, replay::lock_flags::kShared);
    const bool hangs = lock_kind(step) == LockKind::resource ? hold->shared && !wants_shared
                                                             : !(hold->shared && wants_shared);
    if (hangs) report(*hold, step, before, sink);
  }

 private:
  static void report(const Hold& hold, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, hold.lock->shown_address(), 0, 0};
    finding.rests_on = hold.since.position;
    finding.sentence =
        fmt::format("{} called {} for {}, which it has held{} since #{}.",
                    driver_name(world, step.driver), function_name(world, step),
                    lock_text(step, world), hold.shared ? " as a reader" : "", hold.since.position);
    finding.objects.push_back(lock_object(step, world));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_self_deadlock() { return std::make_unique<SelfDeadlock>(); }

}  // namespace ddireplay::checkers
