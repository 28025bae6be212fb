// What a driver does to a request that isn't its own: it was sent down and has not come back, it
// was completed before, or it came from somebody else.

#include <fmt/format.h>

#include <utility>

#include "checkers/biography.h"
#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Irp;
using replay::IrpMaker;
using replay::IrpTurn;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kSentAgain, kCompletedBelow, kFreedInUse, kReusedInUse, kCompletedTwice };

const Rule kRules[] = {
    checked_rule("C9:205", "sent-request-sent-again", Evidence::absence),
    checked_rule("C9:209", "sent-request-completed", Evidence::absence, {},
                 "WDM:CompleteRequest WDM:PendedCompletedRequest2 WDM:PendedCompletedRequest3 "
                 "WDM:PendedCompletedRequestEx"),
    checked_rule("C9:20B", "sent-request-freed", Evidence::absence, {}, "C9:20A"),
    checked_rule("C9:310", "sent-request-reused", Evidence::absence),
    checked_rule("WDM:DoubleCompletion", "request-completed-twice", Evidence::absence),
};

constexpr Op kOperations[] = {Op::irp_call, Op::irp_complete, Op::irp_free, Op::irp_initialize,
                              Op::irp_reuse};

// The driver's last turn with the request, whoever has it now: drivers below that are recorded too
// have theirs upon it. nullptr: it has none.
const IrpTurn* turn_of_driver(const Irp& irp, const Step& step, const World& world) {
  for (std::uint64_t entry = irp.innermost; entry != 0;) {
    const IrpTurn* const turn = world.irps().of_frame(entry);
    if (turn == nullptr || turn->driver == step.driver) return turn;
    entry = turn->upper;
  }
  return irp.gone() || irp.maker == IrpMaker::received ? nullptr : &irp.own;
}

// Sent down by the driver, pending there, and not seen to have come back. Only where the driver
// would have seen it: its own, with a completion routine; or one that its dispatch routine, which
// still runs, was given. Others may be gone, and another request in their place.
bool is_away(const Irp& irp, const IrpTurn& turn, const Step& step, const World& world) {
  if (turn.state != IrpTurn::State::sent || turn.driver != step.driver ||
      step.driver == format::kNoModuleId) {
    return false;
  }
  const bool is_pending = !turn.sent_returned || turn.lower_result == kStatusPending;
  if (!is_pending) return false;
  if (turn.has_routine && !comes_back_seen(turn, world)) return false;
  if (&turn == &irp.own) return irp.is_allocated() && !irp.is_threaded() && turn.has_routine;
  const replay::CallbackFrame* frame = dispatch_frame(step, world);
  return frame != nullptr && frame->entered.position == turn.begun.position;
}

std::string_view deed(Op op) {
  switch (op) {
    case Op::irp_call:
      return "sent";
    case Op::irp_complete:
      return "completed";
    case Op::irp_free:
      return "freed";
    default:
      return "reinitialised";
  }
}

std::size_t rule_of(Op op) {
  switch (op) {
    case Op::irp_call:
      return kSentAgain;
    case Op::irp_complete:
      return kCompletedBelow;
    case Op::irp_free:
      return kFreedInUse;
    default:
      return kReusedInUse;
  }
}

// The turn of the dispatch routine that runs there, with no other callback in it, if the request
// has gone up past the driver since: it was completed, by the driver or below. That nobody has
// handed it back its stack location shows, which is one above that which the routine was given.
const IrpTurn* turn_gone_up(const Irp* irp, const Step& step, const World& world) {
  const auto frames = world.threads().frames(*step.event);
  if (frames.empty() || frames.back().kind != replay::CallbackKind::dispatch) return nullptr;
  const IrpTurn* turn = world.irps().of_frame(frames.back().entered.position);
  if (turn == nullptr || turn->irp != step[Operand::irp] || turn->driver != step.driver ||
      turn->owned() || turn->state == IrpTurn::State::sent || turn->location == 0 ||
      step[Operand::location] <= turn->location) {
    return nullptr;
  }
  if (irp == nullptr) return turn;
  // Another request in its place; or the driver's device above has it now.
  if (irp->gone() || irp->innermost != turn->upper) return nullptr;
  if (irp->made.seen() && irp->made.position > turn->begun.position) return nullptr;
  const IrpTurn* const now = world.irps().turn(irp->address);
  return now != nullptr && now->driver == step.driver ? nullptr : turn;
}

class RequestAway final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const Irp* irp = before.irps().find(step[Operand::irp]);
    if (step.op == Op::irp_complete) check_second_completion(irp, step, before, sink);
    if (irp != nullptr) check_away(*irp, step, before, sink);
  }

 private:
  static void check_away(const Irp& irp, const Step& step, const World& world,
                         replay::FindingSink& sink) {
    const IrpTurn* turn = turn_of_driver(irp, step, world);
    if (turn == nullptr || !is_away(irp, *turn, step, world)) return;
    const Rule& rule = kRules[rule_of(step.op)];
    replay::FindingObject object = request_object(irp.address, &irp, turn);
    add_entry(object, replay::Role::violated, step.moment());
    report(step,
           {.rule = &rule,
            .parameters = {caller_of(step, world),
                           rule.parameters[1] == "reserved" ? 0 : irp.address, 0},
            .sentence = fmt::format("{} {} the IRP at {:#x}, which it had sent down and which has "
                                    "not come back.",
                                    driver_name(world, step.driver), deed(step.op), irp.address),
            .object = std::move(object),
            .rests_on = turn->sent.position},
           sink);
  }

  static void check_second_completion(const Irp* irp, const Step& step, const World& world,
                                      replay::FindingSink& sink) {
    if (irp != nullptr && completed_it(*irp, step, world)) {
      return found_twice(violated_request(step, world), irp->completed, "had completed before",
                         step, world, sink);
    }
    const IrpTurn* turn = turn_gone_up(irp, step, world);
    if (turn == nullptr) return;
    const bool by_driver = turn->state == IrpTurn::State::completed;
    replay::FindingObject object = request_object(turn->irp, nullptr, turn);
    add_entry(object, replay::Role::violated, step.moment());
    found_twice(
        std::move(object), by_driver ? turn->completed : turn->sent,
        by_driver ? "had completed before" : "had sent down and which has been completed since",
        step, world, sink);
  }

  // In the same callback: between two of them the request's memory may have become another one,
  // which was given to the driver in some way that makes no call.
  static bool completed_it(const Irp& irp, const Step& step, const World& world) {
    if (!irp.completed.seen() || irp.completed.thread != step.event->thread) return false;
    const auto frames = world.threads().frames(*step.event);
    if (frames.empty() || frames.back().entered.position > irp.completed.position) return false;
    return world.trace().function(irp.completed.function).module == step.driver;
  }

  static void found_twice(replay::FindingObject object, const replay::Moment& since,
                          std::string_view what, const Step& step, const World& world,
                          replay::FindingSink& sink) {
    report(step,
           {.rule = &kRules[kCompletedTwice],
            .parameters = {},
            .sentence = fmt::format("{} completed the IRP at {:#x}, which it {}.",
                                    driver_name(world, step.driver), step[Operand::irp], what),
            .object = std::move(object),
            .rests_on = since.position},
           sink);
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_request_away() { return std::make_unique<RequestAway>(); }

}  // namespace ddireplay::checkers
