// Callbacks that come back at another level than they must: callouts and interrupt routines, whose
// caller expects the level that it called at, and worker routines, whose thread serves others next.

#include <fmt/format.h>

#include <array>

#include "checkers/biography.h"
#include "checkers/ddi/ddi_checkers.h"
#include "checkers/ledger/checked_rule.h"
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
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kWorker, kCallout };

// The low byte of the first parameter of bug check C8.
constexpr std::uint64_t kIsCallout = 2;
constexpr std::uint64_t kIsInterrupt = 3;

const Rule kRules[] = {
    checked_rule("E1:irql", "worker-routine-returned-at-dispatch-level", Evidence::presence),
    checked_rule("C8:irql", "callout-returned-at-another-level", Evidence::presence),
};

constexpr Op kOperations[] = {Op::callback_leave};

class CallbackLevel final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.irql == format::kIrqlUnknown) return;
    const std::span<const CallbackFrame> frames = before.threads().frames(*step.event);
    if (frames.empty() || frames.back().function != step.event->function) return;
    const CallbackFrame& frame = frames.back();
    const std::uint64_t routine = before.trace().function(frame.function).original;
    switch (frame.kind) {
      case CallbackKind::work_item:
      case CallbackKind::worker_routine:
        if (step.irql < replay::kDispatchLevel) return;
        return report(kWorker, {routine, step.irql, frame.argument, 0}, frame, step, before, sink);
      case CallbackKind::callout:
      case CallbackKind::isr: {
        const std::uint8_t expected = frame.entered.irql;
        if (expected == format::kIrqlUnknown || step.irql == expected) return;
        const std::uint64_t levels = std::uint64_t{step.irql} << 16 | std::uint64_t{expected} << 8 |
                                     (frame.kind == CallbackKind::isr ? kIsInterrupt : kIsCallout);
        return report(kCallout, {levels, routine, frame.argument, 0}, frame, step, before, sink);
      }
      default:
        return;
    }
  }

 private:
  static void report(int rule, const std::array<std::uint64_t, 4>& parameters,
                     const CallbackFrame& frame, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[rule];
    finding.parameters = parameters;
    finding.sentence = fmt::format("{} of {} was entered at {} and came back at {}.",
                                   function_name(world, step), driver_name(world, step.driver),
                                   irql_name(frame.entered.irql), irql_name(step.irql));
    finding.objects.push_back({.kind = "call", .biography = {}});
    add_entry(finding.objects.back(), replay::Role::running, frame.entered);
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_callback_level() { return std::make_unique<CallbackLevel>(); }

}  // namespace ddireplay::checkers
