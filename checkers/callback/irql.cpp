// Callbacks that return at another IRQL than they were entered at.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "checkers/callback/callback.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Evidence;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:FA", "completion-changed-irql", Evidence::presence),
    checked_rule("C4:111", "isr-changed-irql", Evidence::presence),
    checked_rule("C4:2001D", "dispatch-changed-irql", Evidence::presence, {},
                 "WDM:IrqlReturn C9:5 C9:12 4A:irql"),
    checked_rule("C8:irql", "callout-changed-irql", Evidence::presence),
    checked_rule("C9:11", "fast-io-changed-irql", Evidence::presence),
};
// Callbacks that are judged, in the order of their rules.
constexpr CallbackKind kKinds[] = {CallbackKind::completion, CallbackKind::isr,
                                   CallbackKind::dispatch, CallbackKind::callout,
                                   CallbackKind::fast_io};

constexpr Op kOperations[] = {Op::callback_leave};

std::array<std::uint64_t, 4> parameters_of(const Rule& rule, const CallbackFrame& frame,
                                           const Step& step, const World& world) {
  const std::uint64_t routine = routine_of(frame, world);
  // What it is, what it should be.
  const std::uint64_t word = std::uint64_t{step.irql()} << 16 | frame.entered.irql << 8;
  switch (frame.kind) {
    case CallbackKind::callout:
      return {word, routine, 0, 0};
    case CallbackKind::dispatch:
      return {rule.code, 0, 0, 0};  // of a DDI compliance rule Windows shows its own state
    default:
      return {rule.code, routine, frame.entered.irql, step.irql()};
  }
}

class CallbackIrql final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const auto kind = static_cast<CallbackKind>(step[Operand::kind]);
    const auto found = std::find(std::begin(kKinds), std::end(kKinds), kind);
    if (found == std::end(kKinds) || step.event->raised()) return;
    const CallbackFrame* frame = before.threads().frame_left(*step.event);
    if (frame == nullptr || step.irql() == format::kIrqlUnknown ||
        frame->entered.irql == format::kIrqlUnknown || step.irql() == frame->entered.irql) {
      return;
    }
    const Rule& rule = kRules[found - std::begin(kKinds)];
    const auto parameters = parameters_of(rule, *frame, step, before);
    report_callback(rule, *frame, step, before, parameters,
                    fmt::format("was entered at {} and returned at {}",
                                irql_name(frame->entered.irql), irql_name(step.irql())),
                    sink);
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_callback_irql() { return std::make_unique<CallbackIrql>(); }

}  // namespace ddireplay::checkers
