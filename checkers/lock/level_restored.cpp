// A spin lock that is released with a level which no acquisition has saved.

#include <fmt/format.h>

#include <algorithm>

#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::Hold;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:20015", "spin-lock-released-to-another-level", Evidence::absence),
};

constexpr Op kOperations[] = {Op::lock_release};

class LevelRestored final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const std::uint64_t level = step[Operand::level];
    if (level == format::kIrqlUnknown || !is_spin_lock(lock_kind(step))) return;
    // What a cancel routine is to restore is in its request.
    if (lock_kind(step) == replay::LockKind::cancel_spin) return;
    const replay::Lock* lock = before.locks().find(step);
    if (lock == nullptr) return;
    const replay::LockOwner who = replay::LockModel::owner_of(step);
    const Hold* hold = before.locks().hold(who, *lock);
    if (hold == nullptr || hold->level == format::kIrqlUnknown) return;
    // Locks may be released in another order, if their levels are exchanged.
    const auto held = before.locks().held_by(who);
    const bool is_saved = std::any_of(held.begin(), held.end(),
                                      [&](const Hold& other) { return other.level == level; });
    if (!is_saved) report(*hold, step, before, sink);
  }

 private:
  static void report(const Hold& hold, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, 0, 0, 0};
    finding.rests_on = hold.since.position;
    finding.sentence = fmt::format("{} released {} to {}; its acquisition had saved {}.",
                                   driver_name(world, step.driver), lock_text(step, world),
                                   irql_name(static_cast<std::uint8_t>(step[Operand::level])),
                                   irql_name(hold.level));
    finding.objects.push_back(lock_object(step, world));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_lock_level_restored() {
  return std::make_unique<LevelRestored>();
}

}  // namespace ddireplay::checkers
