// Callbacks into an image that is gone: what the objects that were left lead to.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
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

const Rule kRules[] = {
    checked_rule("CE:code", "callback-after-unload", Evidence::absence,
                 "C7:1 C7:2 C7:lookaside C7:object C7:queue C7:thread C7:workitem C4:DA C4:DD"),
};

constexpr Op kOperations[] = {Op::callback_enter, Op::dpc_enter};

class CallbackAfterUnload final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const replay::Driver* driver = before.drivers().find(step.driver);
    if (driver == nullptr || driver->state != replay::DriverState::unloaded) return;
    Finding finding;
    finding.rule = &kRules[0];
    const std::uint64_t routine = step[Operand::routine];
    finding.parameters = {routine, 0, routine, 0};
    finding.rests_on = driver->unloaded.position;
    finding.sentence = fmt::format("{} was entered for {}, but the image is no longer there.",
                                   function_name(before, step), driver_name(before, step.driver));
    finding.objects.push_back(image_object(step, before));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_callback_after_unload() {
  return std::make_unique<CallbackAfterUnload>();
}

}  // namespace ddireplay::checkers
