// Callbacks that return with interrupts off.

#include "checkers/callback/callback.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "replay/samples.h"

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
    checked_rule("C4:C1", "dispatch-returned-with-interrupts-off", Evidence::presence),
};

constexpr Op kOperations[] = {Op::callback_leave};

class CallbackInterrupts final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (static_cast<CallbackKind>(step[Operand::kind]) != CallbackKind::dispatch) return;
    if (step[Operand::interrupts] != replay::kInterruptsOff) return;
    const CallbackFrame* frame = before.threads().frame_left(*step.event);
    // Off when it was entered: whoever turned them off calls it so.
    if (frame == nullptr || frame->interrupts == replay::kInterruptsOff) return;
    report_callback(kRules[0], *frame, step, before,
                    {kRules[0].code, routine_of(*frame, before), 0, 0},
                    "returned with interrupts off", sink);
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_callback_interrupts() {
  return std::make_unique<CallbackInterrupts>();
}

}  // namespace ddireplay::checkers
