// Callbacks that return with interrupts off, and fast I/O routines that are entered so.

#include "checkers/callback/callback.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "replay/samples.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Evidence;
using replay::FindingSink;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kDispatchLeft, kFastIoEntered, kFastIoLeft };

const Rule kRules[] = {
    checked_rule("C4:C1", "dispatch-returned-with-interrupts-off", Evidence::presence),
    checked_rule("C4:C2", "fast-io-called-with-interrupts-off", Evidence::presence),
    checked_rule("C4:C3", "fast-io-returned-with-interrupts-off", Evidence::presence),
};

constexpr Op kOperations[] = {Op::callback_enter, Op::callback_leave};

class CallbackInterrupts final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const auto kind = static_cast<CallbackKind>(step[Operand::kind]);
    const bool is_fast_io = kind == CallbackKind::fast_io;
    if (!is_fast_io && kind != CallbackKind::dispatch) return;
    if (step[Operand::interrupts] != replay::kInterruptsOff) return;
    if (step.op == Op::callback_leave) {
      left(kRules[is_fast_io ? kFastIoLeft : kDispatchLeft], step, before, sink);
    } else if (is_fast_io) {
      entered(step, before, sink);
    }
  }

 private:
  static void left(const Rule& rule, const Step& step, const World& world, FindingSink& sink) {
    const CallbackFrame* frame = world.threads().frame_left(*step.event);
    // Off when it was entered: whoever turned them off calls it so.
    if (frame == nullptr || frame->interrupts == replay::kInterruptsOff) return;
    report_callback(rule, *frame, step, world, {rule.code, routine_of(*frame, world), 0, 0},
                    "returned with interrupts off", sink);
  }

  // The frame is not in the World before the step that enters it.
  static void entered(const Step& step, const World& world, FindingSink& sink) {
    CallbackFrame frame;
    frame.function = step.event->function;
    frame.kind = CallbackKind::fast_io;
    frame.entered = step.moment();
    const Rule& rule = kRules[kFastIoEntered];
    report_callback(rule, frame, step, world, {rule.code, 0, 0, 0},
                    "was called with interrupts off", sink);
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_callback_interrupts() {
  return std::make_unique<CallbackInterrupts>();
}

}  // namespace ddireplay::checkers
