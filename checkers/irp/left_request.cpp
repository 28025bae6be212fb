// Requests that a dispatch routine leaves behind when it returns: neither completed nor passed on,
// and not pending as a pending request must be.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Evidence;
using replay::IrpTurn;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kLeft, kNotMarked };

const Rule kRules[] = {
    checked_rule("C9:226", "request-left-behind", Evidence::absence, {},
                 "WDM:IrpProcessingComplete WDM:WmiComplete"),
    checked_rule("C9:23D", "pending-request-not-marked", Evidence::absence, {},
                 "C9:24C WDM:MarkIrpPending2"),
};

// A call of a function that no table describes is a pool_source.
constexpr Op kOperations[] = {Op::callback_leave, Op::thread_exit, Op::pool_source};
constexpr std::uint64_t kMarked = 0x01;  // SL_PENDING_RETURNED

// Functions of which the model knows what becomes of the request that they are given.
constexpr std::string_view kUnderstood[] = {
    "IoAllocateMdl",      "IoCancelIrp",       "IoFreeIrp",
    "IoInitializeIrp",    "IoReuseIrp",        "IoSetCompletionRoutineEx",
    "IoCallDriver",       "IoCompleteRequest", "IofCallDriver",
    "IofCompleteRequest", "PoCallDriver",
};

class LeftRequest final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.op == Op::thread_exit) return forget_frames(step, before);
    if (step.op == Op::pool_source) return hand_on(step, before);
    if (static_cast<CallbackKind>(step[Operand::kind]) != CallbackKind::dispatch) return;
    const CallbackFrame* frame = before.threads().frame_left(*step.event);
    if (frame == nullptr) return;
    const std::uint64_t entered = frame->entered.position;
    const bool was_handed_on = std::erase(handed_on_, entered) != 0;
    const IrpTurn* turn = before.irps().of_frame(entered);
    if (turn == nullptr || was_handed_on || step.event->raised()) return;
    if (turn->state == IrpTurn::State::held && turn->location != 0) {
      left_held(*turn, step, before, sink);
    } else if (turn->state == IrpTurn::State::completed) {
      left_completed(*turn, step, before, sink);
    }
  }

  // A call that takes the request to where it can't be followed: another module's code may mark,
  // pass on or complete it.
  bool concerns(const format::Function& function, const World&) override {
    if (function.is_callback()) return false;
    const bool is_understood = std::find(std::begin(kUnderstood), std::end(kUnderstood),
                                         function.name) != std::end(kUnderstood);
    return !is_understood && function.layout.find("Irp") >= 0;
  }
  void on_call(const Step& step, const World& before, replay::FindingSink&) override {
    hand_on(step, before);
  }

 private:
  void hand_on(const Step& step, const World& before) {
    for (const CallbackFrame& frame : before.threads().frames(*step.event)) {
      if (frame.kind != CallbackKind::dispatch || frame.irp == 0) continue;
      const auto* values = step.event->values;
      const auto* end = values + step.event->value_count;
      if (std::find(values, end, frame.irp) == end) continue;
      const std::uint64_t entered = frame.entered.position;
      if (std::find(handed_on_.begin(), handed_on_.end(), entered) == handed_on_.end()) {
        handed_on_.push_back(entered);
      }
    }
  }

  void forget_frames(const Step& step, const World& world) {
    for (const CallbackFrame& frame : world.threads().frames(*step.event)) {
      std::erase(handed_on_, frame.entered.position);
    }
  }

  static void left_held(const IrpTurn& turn, const Step& step, const World& world,
                        replay::FindingSink& sink) {
    const format::Layout& layout = world.trace().function(step.event->function).layout;
    if (turn.sends != 0 || layout.find("ControlAfter") < 0) return;
    const bool is_marked = (step[Operand::control] & kMarked) != 0;
    if (is_marked) return;
    const bool is_pending = low32(step[Operand::result]) == kStatusPending;
    found(is_pending ? kNotMarked : kLeft, turn, step, world, sink);
  }

  // By another thread, between queueing it and returning.
  static void left_completed(const IrpTurn& turn, const Step& step, const World& world,
                             replay::FindingSink& sink) {
    const bool is_pending = low32(step[Operand::result]) == kStatusPending;
    const bool by_another = turn.completed.thread != step.event->thread;
    if (is_pending && by_another && turn.completed_marked == false) {
      found(kNotMarked, turn, step, world, sink);
    }
  }

  static void found(int rule, const IrpTurn& turn, const Step& step, const World& world,
                    replay::FindingSink& sink) {
    const std::uint32_t result = low32(step[Operand::result]);
    replay::FindingObject object = request_object(turn.irp, nullptr, &turn);
    object.biography.push_back({replay::Role::violated, step.moment()});
    report(step,
           {.rule = &kRules[rule],
            .parameters = {caller_of(step, world), turn.irp, rule == kNotMarked ? result : 0},
            .sentence = fmt::format(
                "{} returned {:#x} from its dispatch routine for the IRP at {:#x} ({}), which it "
                "had {}.",
                driver_name(world, step.driver), result, turn.irp,
                request_name(turn.major, turn.minor),
                rule == kNotMarked ? "not marked pending" : "neither completed nor passed on"),
            .object = std::move(object),
            .rests_on = turn.begun.position},
           sink);
  }

  std::vector<std::uint64_t> handed_on_;  // entries of dispatch routines that still run
};

}  // namespace

std::unique_ptr<replay::Checker> make_left_request() { return std::make_unique<LeftRequest>(); }

}  // namespace ddireplay::checkers
