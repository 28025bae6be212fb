// Work items that are freed, or queued again, while they are queued.

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
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

using replay::WorkItem;

enum { kInFreedPool, kQueuedTwice, kFreed };

const Rule kRules[] = {
    checked_rule("E4:0", "queued-work-item-in-freed-pool", Evidence::absence),
    checked_rule("E4:1", "work-item-queued-twice", Evidence::absence),
    checked_rule("E4:2", "queued-work-item-freed", Evidence::absence),
};

constexpr Op kOperations[] = {Op::pool_free, Op::workitem_queue, Op::workitem_free,
                              Op::workitem_uninitialize};
constexpr Op kMemoryGoes[] = {Op::pool_free};

class QueuedWorkItem final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }
  std::span<const Op> only_with_objects() const override { return kMemoryGoes; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::pool_free) return free_pool(step, before, sink);
    const WorkItem* item = before.work_items().find(step[Operand::address]);
    if (item == nullptr || !item->queued) return;
    if (step.op != Op::workitem_queue) {
      Finding finding = about(kFreed, *item, step, before);
      finding.parameters = {finding.rule->code, item->address, item->routine, 0};
      finding.sentence = fmt::format("{} freed the work item at {:#x} while it was queued.",
                                     driver_name(before, step.driver), item->address);
      return sink.report(std::move(finding));
    }
    // IoTryQueueWorkItem is for items that may be queued.
    if (step[Operand::flags] != 0) return;
    Finding finding = about(kQueuedTwice, *item, step, before);
    finding.parameters = {finding.rule->code, item->address, step[Operand::type], 0};
    finding.sentence = fmt::format("{} queued the work item at {:#x}, which was queued already.",
                                   driver_name(before, step.driver), item->address);
    sink.report(std::move(finding));
  }

 private:
  static Finding about(int rule, const WorkItem& item, const Step& step, const World& world) {
    Finding finding;
    finding.rule = &kRules[rule];
    finding.rests_on = item.queued_at.position;
    finding.objects.push_back(object_of(item, world));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    return finding;
  }

  static void free_pool(const Step& step, const World& world, FindingSink& sink) {
    const replay::PoolBlock* block = step.block;
    if (block == nullptr) return;
    world.work_items().for_each_in(block->address, block->end(), [&](const WorkItem& item) {
      if (!item.queued) return;
      Finding finding = about(kInFreedPool, item, step, world);
      finding.parameters = {finding.rule->code, item.address, block->address, block->end()};
      finding.sentence =
          fmt::format("{} freed {} while the work item at {:#x} in it was queued.",
                      driver_name(world, step.driver), describe(*block), item.address);
      finding.objects.push_back(object_of(*block));
      add_entry(finding.objects.back(), Role::freed, step.moment());
      sink.report(std::move(finding));
    });
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_queued_work_item() {
  return std::make_unique<QueuedWorkItem>();
}

}  // namespace ddireplay::checkers
