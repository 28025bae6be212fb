// What a dispatch routine returns, against what it did with its request.

#include <fmt/format.h>

#include "checkers/irp/handed_on.h"
#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irp_codes.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackKind;
using replay::Evidence;
using replay::IrpTurn;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kOtherStatus, kNoStatusAtAll, kMarkedNotPending, kLowerStatusLost, kPendingButCompleted };

const Rule kRules[] = {
    checked_rule("C9:224", "dispatch-result-is-not-the-requests", Evidence::presence),
    checked_rule("C9:225", "dispatch-result-is-no-status", Evidence::presence),
    checked_rule("C9:23E", "marked-pending-other-result", Evidence::presence, {},
                 "WDM:MarkIrpPending"),
    checked_rule("WDM:LowerDriverReturn", "lower-drivers-result-lost", Evidence::presence),
    checked_rule("WDM:PendedCompletedRequest", "pending-result-for-completed-request",
                 Evidence::presence),
};

constexpr Op kOperations[] = {Op::callback_leave, Op::thread_exit, Op::pool_source};
constexpr int kFine = -1;

// The driver has the request when it returns, and so its own stack location, which is what was read
// then. One that was given away may be gone, and another request's mark be read there.
bool returns_marked(const IrpTurn& turn, const Step& step, const World& world) {
  return turn.owned() && turn.location != 0 && !turn.was_marked &&
         world.trace().function(step.event->function).layout.find("ControlAfter") >= 0 &&
         replay::is_marked_pending(step[Operand::control]) &&
         world.trust().complete_since(turn.begun.position);
}

int rule_of_completed(const IrpTurn& turn, std::uint32_t result, std::uint64_t thread) {
  const bool has_status =
      turn.completed_status != kStatusPending && turn.completed_status != kNoStatus;
  // Completed in another driver's stack location: whether it was marked pending, and what is to be
  // returned then, its own would tell.
  if (!turn.completed_marked.has_value()) return kFine;
  if (*turn.completed_marked) return result == kStatusPending ? kFine : kMarkedNotPending;
  // What another thread completes is pending until then.
  if (turn.completed.thread != thread || !has_status) return kFine;
  if (result == kStatusPending) return kPendingButCompleted;
  return result == turn.completed_status ? kFine : kOtherStatus;
}

// Of one that was passed on once, in that thread.
int rule_of_sent(const IrpTurn& turn, std::uint32_t result, const World& world) {
  if (turn.owned() || result == kStatusPending) return kFine;
  if (turn.has_routine) {
    // Its routine let it go on. The mark is the driver's, and not one that it passes on.
    if (turn.state == IrpTurn::State::over && turn.back_marked) return kMarkedNotPending;
    const bool is_below = turn.state == IrpTurn::State::sent && comes_back_seen(turn, world) &&
                          turn.lower_result == kStatusPending &&
                          world.trust().complete_since(turn.sent.position);
    return is_below ? kLowerStatusLost : kFine;
  }
  if (turn.marked_at_send) return kMarkedNotPending;
  return result == turn.lower_result ? kFine : kLowerStatusLost;
}

int rule_of(const IrpTurn& turn, std::uint32_t result, std::uint64_t thread, const World& world) {
  if (turn.state == IrpTurn::State::completed) return rule_of_completed(turn, result, thread);
  const bool is_passed_on = turn.sends == 1 && turn.sent.thread == thread && turn.sent_returned;
  return is_passed_on ? rule_of_sent(turn, result, world) : kFine;
}

class DispatchResult final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.op != Op::callback_leave) return handed_on_.follow(step, before);
    if (static_cast<CallbackKind>(step[Operand::kind]) != CallbackKind::dispatch) return;
    const replay::CallbackFrame* frame = before.threads().frame_left(*step.event);
    if (frame == nullptr) return;
    const bool was_handed_on = handed_on_.leave(frame->entered.position, before);
    if (step.event->raised()) return;
    const IrpTurn* turn = before.irps().of_frame(frame->entered.position);
    if (turn == nullptr || was_completed_by_another(*turn, before)) return;
    const std::uint32_t result = low32(step[Operand::result]);
    int rule = rule_of(*turn, result, step.event->thread, before);
    if (result == kNoStatus) {
      rule = kNoStatusAtAll;
    } else if (result != kStatusPending && !was_handed_on && returns_marked(*turn, step, before)) {
      rule = kMarkedNotPending;
    }
    if (rule != kFine) found(rule, *turn, result, step, before, sink);
  }

  bool concerns(const format::Function& function, const World&) override {
    return HandedOn::concerns(function);
  }
  void on_call(const Step& step, const World& before, replay::FindingSink&) override {
    handed_on_.follow(step, before);
  }

 private:
  // Another driver, whose request it was not: what it broke is no matter of this one's result.
  static bool was_completed_by_another(const IrpTurn& turn, const World& world) {
    return turn.state == IrpTurn::State::completed &&
           world.trace().function(turn.completed.function).module != turn.driver;
  }

  static void found(int rule, const IrpTurn& turn, std::uint32_t result, const Step& step,
                    const World& world, replay::FindingSink& sink) {
    const std::uint64_t caller = caller_of(step, world);
    const std::array<std::uint64_t, 3> parameters[] = {
        {caller, turn.irp, turn.completed_status},
        {caller, turn.irp, result},
        {caller, turn.irp, result},
        {},
        {},
    };
    replay::FindingObject object = request_object(turn.irp, nullptr, &turn);
    object.biography.push_back({replay::Role::violated, step.moment()});
    report(step,
           {.rule = &kRules[rule],
            .parameters = parameters[rule],
            .sentence = fmt::format("{} returned {:#x} from its dispatch routine for the IRP at "
                                    "{:#x} ({}), {}.",
                                    driver_name(world, step.driver), result, turn.irp,
                                    request_name(turn.major, turn.minor), why(rule, turn)),
            .object = std::move(object)},
           sink);
  }

  static std::string why(int rule, const IrpTurn& turn) {
    switch (rule) {
      case kOtherStatus:
      case kPendingButCompleted:
        return fmt::format("which it had completed with {:#x}", turn.completed_status);
      case kMarkedNotPending:
        return "which it had marked pending";
      case kLowerStatusLost:
        return fmt::format("for which the driver below had returned {:#x}", turn.lower_result);
      default:
        return "which is no status";
    }
  }

  HandedOn handed_on_;
};

}  // namespace

std::unique_ptr<replay::Checker> make_dispatch_result() {
  return std::make_unique<DispatchResult>();
}

}  // namespace ddireplay::checkers
