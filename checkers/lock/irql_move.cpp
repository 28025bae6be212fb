// KeRaiseIrql that lowers, KeLowerIrql that raises, or lowers to what was never left.

#include <fmt/format.h>

#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irql.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::kDispatchLevel;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum RuleNumber { kRaise, kLower, kNotSaved };

const Rule kRules[] = {
    checked_rule("C4:30", "irql-lowered-by-raise", Evidence::presence),
    checked_rule("C4:31", "irql-raised-by-lower", Evidence::presence, {}, "WDM:IrqlKeRaiseLower"),
    checked_rule("WDM:IrqlKeRaiseLower2", "irql-lowered-to-another-level", Evidence::absence),
};

constexpr Op kOperations[] = {Op::irql_raise, Op::irql_lower};

std::uint64_t high_level(const World& world) { return world.pointer_bytes() == 4 ? 31 : 15; }

// Its frames begin with it; a threaded one runs at PASSIVE_LEVEL.
bool is_in_dpc(const Step& step, const World& world) {
  const auto frames = world.threads().frames(*step.event);
  return !frames.empty() && frames.front().op == Op::dpc_enter &&
         frames.front().entered.irql == kDispatchLevel;
}

class IrqlMove final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.irql() == format::kIrqlUnknown) return;
    const std::uint64_t wanted = step[Operand::level];
    const bool is_impossible = wanted > high_level(before);
    if (step.op == Op::irql_raise) {
      if (wanted < step.irql() || is_impossible) report(kRaise, 0, step, before, sink);
    } else if (wanted > step.irql() || is_impossible) {
      report(kLower, 0, step, before, sink);
    } else if (wanted < kDispatchLevel && is_in_dpc(step, before)) {
      report(kLower, 1, step, before, sink);
    } else if (wanted == step.irql()) {
      return;  // an instruction that sets the level it finds is no lowering
    } else if (!before.threads().has_found(*step.event, static_cast<std::uint8_t>(wanted))) {
      report(kNotSaved, 0, step, before, sink);
    }
  }

 private:
  static void report(RuleNumber number, std::uint64_t reason, const Step& step, const World& world,
                     FindingSink& sink) {
    static constexpr std::string_view kWords[] = {"", ", in a DPC"};
    const auto wanted = static_cast<std::uint8_t>(step[Operand::level]);
    Finding finding;
    finding.rule = &kRules[number];
    finding.parameters = {finding.rule->code, step.irql(), wanted, reason};
    if (number == kNotSaved) finding.rests_on = step.event->position;
    finding.sentence =
        fmt::format("{} called {} for {} at {}{}.", driver_name(world, step.driver),
                    function_name(world, step), irql_name(wanted), irql_name(step.irql()),
                    number == kNotSaved ? ", to which no raise returns" : kWords[reason]);
    finding.objects.push_back(call_object(step));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_irql_move() { return std::make_unique<IrqlMove>(); }

}  // namespace ddireplay::checkers
