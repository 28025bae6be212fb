// Locks that are not released in the reverse order of their acquisition. It is a warning: where
// each release restores the level that its acquisition found, the order matters, else it seldom
// does.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::Hold;
using replay::LockModel;
using replay::Op;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    on_request(checked_rule("C4:1003", "released-out-of-order", Evidence::presence)),
};

constexpr Op kOperations[] = {Op::lock_release};

// The lock that was acquired last and is still held, where another one is being released; a lock
// that is held several times stays.
const Hold* should_go_first(const Step& step, const World& before) {
  const replay::LockOwner owner = LockModel::owner_of(step);
  const replay::Lock* lock = before.locks().find(step);
  const Hold* hold = lock == nullptr ? nullptr : before.locks().hold(owner, *lock);
  if (hold == nullptr || hold->count > 1) return nullptr;
  const Hold& newest = before.locks().held_by(owner).back();
  return newest.lock == lock ? nullptr : &newest;
}

class ReleasedOutOfOrder final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const Hold* first = should_go_first(step, before);
    if (first == nullptr) return;
    const replay::Lock& lock = *before.locks().find(step);
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, lock.shown_address(), first->lock->shown_address(),
                          0};
    finding.sentence = fmt::format(
        "{} released {} before {}, which it had acquired later.", driver_name(before, step.driver),
        lock_text(lock.kind, lock.address), lock_text(first->lock->kind, first->lock->address));
    finding.objects.push_back(lock_object(step, before));
    finding.objects.push_back(object_of(*first->lock, before));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_released_out_of_order() {
  return std::make_unique<ReleasedOutOfOrder>();
}

}  // namespace ddireplay::checkers
