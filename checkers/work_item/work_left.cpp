// Work that a driver leaves behind: threads and work items whose code goes with the image.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

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
using replay::ModelId;
using replay::ModelSet;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

using replay::SystemThread;
using replay::WorkItem;

enum { kThread, kWorkItem };

const Rule kRules[] = {
    checked_rule("C7:thread", "system-thread-left-at-unload", Evidence::absence),
    checked_rule("C7:workitem", "work-item-left-at-unload", Evidence::absence),
};

constexpr Op kOperations[] = {Op::image_unload};

replay::FindingObject object_of_thread(const SystemThread& thread) {
  replay::FindingObject object{.kind = "system thread",
                               .address = thread.thread != 0 ? thread.thread : thread.handle,
                               .size = 0,
                               .tag = 0,
                               .biography = {}};
  add_entry(object, Role::created, thread.created);
  add_entry(object, Role::running, thread.started);
  return object;
}

class WorkLeft final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override {
    return {ModelId::drivers, ModelId::pool, ModelId::system_threads, ModelId::work_items};
  }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const replay::Driver* driver = before.drivers().find(step.driver);
    if (driver != nullptr && driver->state == replay::DriverState::unloaded) return;
    threads(step, before, sink);
    work_items(step, before, sink);
  }

 private:
  static bool is_in_image(std::uint64_t routine, const Step& step) {
    return routine - step[Operand::address] < step[Operand::size];
  }

  static void threads(const Step& step, const World& world, FindingSink& sink) {
    Finding finding;
    const SystemThread* first = nullptr;
    std::size_t count = 0;
    for (const SystemThread& thread : world.system_threads().all()) {
      if (thread.driver != step.driver || !is_in_image(thread.routine, step)) continue;
      if (first == nullptr) first = &thread;
      ++count;
      finding.rests_on = std::max(finding.rests_on, thread.created.position);
      finding.objects.push_back(object_of_thread(thread));
    }
    if (first == nullptr) return;
    finding.rule = &kRules[kThread];
    finding.parameters = {finding.rule->code, finding.objects.front().address, first->routine,
                          step[Operand::address]};
    finding.objects.push_back(image_object(step, world));
    finding.sentence = fmt::format("{} was unloaded with {} system thread{} left that {} ended.",
                                   driver_name(world, step.driver), count, count == 1 ? "" : "s",
                                   count == 1 ? "has not" : "have not");
    sink.report(std::move(finding));
  }

  static void work_items(const Step& step, const World& world, FindingSink& sink) {
    Finding finding;
    const WorkItem* first = nullptr;
    std::size_t count = 0;
    world.work_items().for_each([&](const WorkItem& item) {
      const bool is_active = item.queued || item.running;
      if (!is_active || item.driver != step.driver || !is_in_image(item.routine, step)) return;
      if (first == nullptr) first = &item;
      ++count;
      finding.rests_on = std::max(finding.rests_on, item.queued_at.position);
      finding.objects.push_back(object_of(item, world));
    });
    if (first == nullptr) return;
    finding.rule = &kRules[kWorkItem];
    finding.parameters = {finding.rule->code, first->address, first->routine,
                          step[Operand::address]};
    finding.objects.push_back(image_object(step, world));
    finding.sentence =
        fmt::format("{} was unloaded with {} work item{} left, the first at {:#x}, {}.",
                    driver_name(world, step.driver), count, count == 1 ? "" : "s", first->address,
                    first->queued ? "queued" : "its routine running");
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_work_left() { return std::make_unique<WorkLeft>(); }

}  // namespace ddireplay::checkers
