// Worker routines that come back at DISPATCH_LEVEL or above: their thread serves others next.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irql.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Evidence;
using replay::Finding;
using replay::Op;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("E1:irql", "worker-routine-returned-at-dispatch-level", Evidence::presence),
};

constexpr Op kOperations[] = {Op::callback_leave};

class WorkerLevel final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.irql() == format::kIrqlUnknown || step.irql() < replay::kDispatchLevel) return;
    const std::span<const CallbackFrame> frames = before.threads().frames(*step.event);
    if (frames.empty() || frames.back().function != step.event->function) return;
    const CallbackFrame& frame = frames.back();
    const bool is_worker =
        frame.kind == CallbackKind::work_item || frame.kind == CallbackKind::worker_routine;
    if (is_worker) report(frame, step, before, sink);
  }

 private:
  // nullptr: not known, or gone.
  static const replay::WorkItem* running_in(std::uint64_t thread, const World& world) {
    const replay::WorkItem* found = nullptr;
    world.work_items().for_each([&](const replay::WorkItem& item) {
      if (item.running && item.thread == thread) found = &item;
    });
    return found;
  }

  // The first value of an IO_WORKITEM's routine is its device.
  static std::uint64_t argument_of(const CallbackFrame& frame, const replay::WorkItem* item) {
    if (frame.kind == CallbackKind::worker_routine) return frame.argument;
    return item == nullptr ? 0 : item->argument;
  }

  static void report(const CallbackFrame& frame, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    const replay::WorkItem* const item = running_in(step.event->thread, world);
    finding.parameters = {world.trace().function(frame.function).original, step.irql(),
                          argument_of(frame, item), item == nullptr ? 0 : item->address};
    finding.sentence = fmt::format("{} of {} came back at {}.", function_name(world, step),
                                   driver_name(world, step.driver), irql_name(step.irql()));
    finding.objects.push_back({.kind = "call", .biography = {}});
    add_entry(finding.objects.back(), replay::Role::running, frame.entered);
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_worker_level() { return std::make_unique<WorkerLevel>(); }

}  // namespace ddireplay::checkers
