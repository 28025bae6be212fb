// Work items that are queued where no queue is, or with nothing to run.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/text.h"
#include "checkers/work_item/work_item_checkers.h"
#include "checkers/work_item/work_item_object.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("E4:6", "work-queue-unknown", Evidence::presence, "", "E4:7"),
};

constexpr Op kOperations[] = {Op::workitem_queue};

// WORK_QUEUE_TYPE: seven queues by name, and one for each of 32 priorities.
constexpr std::uint64_t kNamedQueues = 7;
constexpr std::uint64_t kFirstPriority = 32;
constexpr std::uint64_t kPriorities = 32;

class QueueArguments final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t queue = step[Operand::type];
    const bool is_queue = queue < kNamedQueues || queue - kFirstPriority < kPriorities;
    if (is_queue && step[Operand::routine] != 0) return;
    const std::uint64_t address = step[Operand::address];
    const replay::WorkItem* known = before.work_items().find(address);
    replay::WorkItem unknown;
    unknown.address = address;
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, address, queue, 0};
    finding.sentence = fmt::format(
        "{} queued the work item at {:#x} {}.", driver_name(before, step.driver), address,
        is_queue ? "without a routine" : fmt::format("to queue {}, which there is not", queue));
    finding.objects.push_back(object_of(known == nullptr ? unknown : *known));
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_work_queue_arguments() {
  return std::make_unique<QueueArguments>();
}

}  // namespace ddireplay::checkers
