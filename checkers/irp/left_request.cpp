// Requests that a dispatch routine leaves behind when it returns: neither completed nor passed on,
// and not pending as a pending request must be.

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "checkers/irp/handed_on.h"
#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irp_codes.h"

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
    checked_rule("C9:226", "request-left-behind", Evidence::absence, "C9:209",
                 "WDM:IrpProcessingComplete WDM:WmiComplete"),
    checked_rule("C9:23D", "pending-request-not-marked", Evidence::absence, {},
                 "C9:24C WDM:MarkIrpPending2"),
};

constexpr Op kOperations[] = {Op::callback_leave, Op::thread_exit, Op::pool_source};

class LeftRequest final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.op != Op::callback_leave) return handed_on_.follow(step, before);
    if (static_cast<CallbackKind>(step[Operand::kind]) != CallbackKind::dispatch) return;
    const CallbackFrame* frame = before.threads().frame_left(*step.event);
    if (frame == nullptr) return;
    const std::uint64_t entered = frame->entered.position;
    const bool was_handed_on = handed_on_.leave(entered, before);
    const IrpTurn* turn = before.irps().of_frame(entered);
    if (turn == nullptr || was_handed_on || step.event->raised()) return;
    if (turn->owned() && turn->location != 0) {
      left_owned(*turn, step, before, sink);
    } else if (turn->state == IrpTurn::State::completed) {
      left_completed(*turn, step, before, sink);
    }
  }

  // A call that takes the request to where it can't be followed: another module's code may mark,
  // pass on or complete it.
  bool concerns(const format::Function& function, const World&) override {
    return HandedOn::concerns(function);
  }
  void on_call(const Step& step, const World& before, replay::FindingSink&) override {
    handed_on_.follow(step, before);
  }

 private:
  static void left_owned(const IrpTurn& turn, const Step& step, const World& world,
                         replay::FindingSink& sink) {
    const format::Layout& layout = world.trace().function(step.event->function).layout;
    if (layout.find("ControlAfter") < 0) return;
    const bool is_marked = replay::is_marked_pending(step[Operand::control]);
    if (is_marked) return;
    const bool is_pending = low32(step[Operand::result]) == kStatusPending;
    if (turn.state == IrpTurn::State::held) {
      found(is_pending ? kNotMarked : kLeft, turn, step, world, sink);
    } else if (!is_pending && turn.kept) {
      found(kLeft, turn, step, world, sink);
    }
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
                request_name(turn.major, turn.minor), why(rule, turn)),
            .object = std::move(object),
            .rests_on = turn.begun.position},
           sink);
  }

  static std::string_view why(int rule, const IrpTurn& turn) {
    if (rule == kNotMarked) return "not marked pending";
    return turn.kept ? "taken back from below and not completed"
                     : "neither completed nor passed on";
  }

  HandedOn handed_on_;
};

}  // namespace

std::unique_ptr<replay::Checker> make_left_request() { return std::make_unique<LeftRequest>(); }

}  // namespace ddireplay::checkers
