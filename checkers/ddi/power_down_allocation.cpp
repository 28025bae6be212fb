// Pool that is allocated while the system goes to sleep: the disk that would give pages may be
// gone.

#include <fmt/format.h>

#include <unordered_set>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irp_codes.h"
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

const Rule kRules[] = {
    on_request(checked_rule("WDM:PowerDownAllocate", "pool-allocated-while-powering-down",
                            Evidence::presence)),
};

constexpr Op kOperations[] = {Op::callback_enter, Op::pool_allocate};

constexpr std::uint32_t kSystemPowerState = 0;    // Parameters.Power.Type
constexpr std::uint32_t kPowerSystemWorking = 1;  // Parameters.Power.State: S0

class PowerDownAllocation final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.op == Op::callback_enter) return note_request(step, before);
    for (const CallbackFrame& frame : before.threads().frames(*step.event)) {
      if (frame.kind == CallbackKind::dispatch && powering_down_.contains(frame.irp)) {
        return report(frame, step, before, sink);
      }
    }
  }

 private:
  // A request has the address of an earlier one: each entry says anew what it is.
  void note_request(const Step& step, const World& world) {
    if (static_cast<CallbackKind>(step[Operand::kind]) != CallbackKind::dispatch) return;
    const std::uint64_t irp = step[Operand::irp];
    if (takes_system_down(step, world)) {
      powering_down_.insert(irp);
    } else if (!powering_down_.empty()) {
      powering_down_.erase(irp);
    }
  }

  static bool takes_system_down(const Step& step, const World& world) {
    if (step[Operand::major] != replay::kMajorPower ||
        step[Operand::minor] != replay::kMinorSetPower)
      return false;
    const format::Layout& layout = world.trace().function(step.event->function).layout;
    const int type = layout.find("Parameter2");
    const int state = layout.find("Parameter3");
    if (type < 0 || state < 0) return false;
    return static_cast<std::uint32_t>(step.event->values[type]) == kSystemPowerState &&
           static_cast<std::uint32_t>(step.event->values[state]) > kPowerSystemWorking;
  }

  static void report(const CallbackFrame& frame, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {0, frame.irp, 0, 0};
    finding.sentence = fmt::format(
        "{} called {} while it handled a request that sends the system "
        "to sleep.",
        driver_name(world, step.driver), function_name(world, step));
    finding.objects.push_back({.kind = "call", .biography = {}});
    add_entry(finding.objects.back(), replay::Role::running, frame.entered);
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }

  std::unordered_set<std::uint64_t> powering_down_;  // addresses of requests
};

}  // namespace

std::unique_ptr<replay::Checker> make_power_down_allocation() {
  return std::make_unique<PowerDownAllocation>();
}

}  // namespace ddireplay::checkers
