// Work items that are made for something else than a device or driver, queued where no queue is, or
// with nothing to run.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
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

enum { kBadObject, kBadQueue };

const Rule kRules[] = {
    checked_rule("E4:3", "work-item-of-bad-object", Evidence::presence),
    checked_rule("E4:6", "work-queue-unknown", Evidence::presence, "", "E4:7"),
};

constexpr Op kOperations[] = {Op::workitem_allocate, Op::workitem_initialize, Op::workitem_queue};

// IO_TYPE_...: what an I/O object begins with.
constexpr std::uint64_t kDevice = 3;
constexpr std::uint64_t kDriver = 4;

// WORK_QUEUE_TYPE: seven queues by name, and one for each of 32 priorities.
constexpr std::uint64_t kNamedQueues = 7;
constexpr std::uint64_t kFirstPriority = 32;
constexpr std::uint64_t kPriorities = 32;

class WorkItemArguments final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::workitem_queue) return queue(step, before, sink);
    // 0 is what memory that can't be read shows: not known.
    const std::uint64_t type = step[Operand::extra];
    if (type == 0 || type == kDevice || type == kDriver) return;
    Finding finding = about(kBadObject, step, before);
    finding.parameters = {finding.rule->code, step[Operand::address], step[Operand::device], 0};
    finding.sentence = fmt::format(
        "{} made a work item for the object at {:#x}, which is no device or driver: its type is "
        "{:#x}.",
        driver_name(before, step.driver), step[Operand::device], type);
    sink.report(std::move(finding));
  }

 private:
  static Finding about(int rule, const Step& step, const World& world) {
    const replay::WorkItem* known = world.work_items().find(step[Operand::address]);
    replay::WorkItem unknown;
    unknown.address = step[Operand::address];
    const bool is_new = step.op != Op::workitem_queue || known == nullptr;
    Finding finding;
    finding.rule = &kRules[rule];
    finding.objects.push_back(object_of(is_new ? unknown : *known, world));
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    return finding;
  }

  static void queue(const Step& step, const World& world, FindingSink& sink) {
    const std::uint64_t queue_type = step[Operand::type];
    const bool is_queue = queue_type < kNamedQueues || queue_type - kFirstPriority < kPriorities;
    if (is_queue && step[Operand::routine] != 0) return;
    Finding finding = about(kBadQueue, step, world);
    finding.parameters = {finding.rule->code, step[Operand::address], queue_type, 0};
    finding.sentence =
        fmt::format("{} queued the work item at {:#x} {}.", driver_name(world, step.driver),
                    step[Operand::address],
                    is_queue ? "without a routine"
                             : fmt::format("to queue {}, which there is not", queue_type));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_work_item_arguments() {
  return std::make_unique<WorkItemArguments>();
}

}  // namespace ddireplay::checkers
