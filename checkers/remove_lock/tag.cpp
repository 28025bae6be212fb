// Remove locks that are released with a tag that doesn't hold them.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/remove_lock/remove_lock_object.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

using replay::RemoveLock;

enum { kRelease, kDrain };

const Rule kRules[] = {
    checked_rule("C4:D5", "remove-lock-released-with-wrong-tag", Evidence::absence),
    checked_rule("C4:D6", "remove-lock-drained-with-wrong-tag", Evidence::absence),
};

constexpr Op kOperations[] = {Op::removelock_release, Op::removelock_drain};

class RemoveLockTag final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t tag = step[Operand::object];
    // Of a lock whose beginning was not seen not even the memory is known.
    const RemoveLock* lock = before.remove_locks().find(step[Operand::address]);
    if (lock == nullptr || lock->find(tag) != nullptr) return;
    const bool drains = step.op == Op::removelock_drain;
    Finding finding;
    finding.rule = &kRules[drains ? kDrain : kRelease];
    const std::uint64_t other = drains && !lock->holds.empty() ? lock->holds.front().tag : 0;
    finding.parameters = {finding.rule->code, lock->address, tag, other};
    finding.rests_on = lock->initialised.position;
    finding.sentence = fmt::format(
        "{} released the remove lock at {:#x} with the tag {:#x}, which doesn't hold it.",
        driver_name(before, step.driver), lock->address, tag);
    finding.objects.push_back(object_of(*lock, before));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_remove_lock_tag() {
  return std::make_unique<RemoveLockTag>();
}

}  // namespace ddireplay::checkers
