// Completion routines: what they owe to the drivers above, and to the one that waits.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irp_codes.h"
#include "replay/recent_map.h"

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

enum { kPendingLost, kMarksAndSets, kSleeperForgotten };

const Rule kRules[] = {
    checked_rule("C9:228", "completion-routine-lost-pending", Evidence::presence),
    checked_rule("WDM:CompletionEventChecking", "completion-routine-marks-and-sets-event",
                 Evidence::presence),
    checked_rule("WDM:SignalEventInCompletion", "completion-routine-leaves-sender-waiting",
                 Evidence::absence, {},
                 "WDM:SignalEventInCompletion2 WDM:SignalEventInCompletion3 "
                 "WDM:IoAllocateIrpSignalEventInCompletion "
                 "WDM:IoAllocateIrpSignalEventInCompletion2 "
                 "WDM:IoAllocateIrpSignalEventInCompletion3 "
                 "WDM:IoAllocateIrpSignalEventInCompletionTimeout "
                 "WDM:IoBuildFsdIrpSignalEventInCompletion "
                 "WDM:IoBuildFsdIrpSignalEventInCompletion2 "
                 "WDM:IoBuildFsdIrpSignalEventInCompletion3 "
                 "WDM:IoBuildFsdIrpSignalEventInCompletionTimeout"),
};

constexpr Op kOperations[] = {Op::callback_enter, Op::callback_leave, Op::gap};

// Calls by which a routine may wake somebody, now or by what it hands the matter to.
constexpr std::string_view kWakes[] = {
    "ExQueueWorkItem",
    "IoQueueWorkItem",
    "IoQueueWorkItemEx",
    "IoTryQueueWorkItem",
    "KeInsertQueue",
    "KeInsertHeadQueue",
    "KeInsertQueueApc",
    "KeInsertQueueDpc",
    "KePulseEvent",
    "KeReleaseMutex",
    "KeReleaseSemaphore",
    "KeSetEvent",
    "KeSetEventBoostPriority",
    "KeSetTimer",
    "KeSetTimerEx",
    "ZwSetEvent",
};
constexpr std::string_view kWait = "KeWaitForSingleObject";

struct Running {
  std::uint64_t entered;
  bool was_pending;
  bool was_marked;
  bool has_woken = false;
  bool has_set_event = false;
};
struct Sleeper {
  std::uint64_t object;
  std::uint64_t since;
};

class CompletionRoutine final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (step.op == Op::gap) {
      running_.clear();
      sleepers_.clear();
      return;
    }
    sleepers_.erase(step.event->thread);
    if (static_cast<CallbackKind>(step[Operand::kind]) != CallbackKind::completion) return;
    if (step.op == Op::callback_enter) {
      running_.push_back({step.event->position, step[Operand::extra] != 0,
                          replay::is_marked_pending(step[Operand::control])});
      return;
    }
    const CallbackFrame* frame = before.threads().frame_left(*step.event);
    if (frame == nullptr) return;
    const auto found = std::find_if(running_.begin(), running_.end(), [&](const Running& one) {
      return one.entered == frame->entered.position;
    });
    if (found == running_.end()) return;
    const Running routine = *found;
    running_.erase(found);
    if (!step.event->raised()) leave(routine, *frame, step, before, sink);
  }

  bool concerns(const format::Function& function, const World&) override {
    return function.name == kWait || wakes(function.name);
  }
  void on_call(const Step& step, const World& before, replay::FindingSink&) override {
    const std::string_view name = before.trace().function(step.event->function).name;
    if (name == kWait) {
      sleepers_[step.event->thread] = {step.event->values[0], step.event->position};
      return;
    }
    sleepers_.erase(step.event->thread);
    for (const CallbackFrame& frame : before.threads().frames(*step.event)) {
      for (Running& one : running_) {
        if (one.entered != frame.entered.position) continue;
        one.has_woken = true;
        one.has_set_event |= name == "KeSetEvent";
      }
    }
  }

 private:
  static bool wakes(std::string_view name) {
    return std::find(std::begin(kWakes), std::end(kWakes), name) != std::end(kWakes);
  }

  void leave(const Running& routine, const CallbackFrame& frame, const Step& step,
             const World& world, replay::FindingSink& sink) const {
    const bool keeps_it = low32(step[Operand::result]) == kStatusMoreProcessing;
    const format::Layout& layout = world.trace().function(step.event->function).layout;
    const bool has_location = step[Operand::device] != 0 && step[Operand::location] != 0 &&
                              layout.find("ControlAfter") >= 0;
    const bool is_marked = replay::is_marked_pending(step[Operand::control]);
    if (!keeps_it && has_location && routine.was_pending && !is_marked) {
      found(kPendingLost, {caller_of(step, world), step[Operand::irp], 0}, step, world, sink,
            "did not mark it pending, though it came back pending", 0);
    }
    const IrpTurn* turn = world.irps().turn(step[Operand::irp]);
    const bool has_it_still = turn != nullptr && turn->state == IrpTurn::State::back &&
                              turn->came_back.position == frame.entered.position;
    if (!keeps_it || !has_it_still) return;
    if (has_location && routine.has_set_event && is_marked && !routine.was_marked) {
      found(kMarksAndSets, {}, step, world, sink, "marked it pending, and set an event as well", 0);
    }
    if (routine.was_pending && !routine.has_woken && waits_for(*turn, step, world)) {
      found(kSleeperForgotten, {}, step, world, sink,
            "returned without waking the thread that waits for it", turn->sent.position);
    }
  }

  // The sender waits for what the routine was given as its context: the usual way to wait for a
  // request. Of other objects nobody can say that the routine ought to set them.
  bool waits_for(const IrpTurn& turn, const Step& step, const World& world) const {
    const int context = world.trace().function(step.event->function).layout.find("Context");
    const Sleeper* const sleeper = sleepers_.find(turn.sent.thread);
    return context >= 0 && sleeper != nullptr && turn.sent.seen() &&
           turn.sent.thread != step.event->thread && sleeper->since > turn.sent.position &&
           sleeper->object == step.event->values[context];
  }

  static void found(int rule, std::array<std::uint64_t, 3> parameters, const Step& step,
                    const World& world, replay::FindingSink& sink, std::string_view what,
                    std::uint64_t rests_on) {
    report(step,
           {.rule = &kRules[rule],
            .parameters = parameters,
            .sentence = fmt::format("A completion routine of {} for the IRP at {:#x} {}.",
                                    driver_name(world, step.driver), step[Operand::irp], what),
            .object = violated_request(step, world),
            .rests_on = rests_on},
           sink);
  }

  std::vector<Running> running_;
  replay::RecentMap<Sleeper> sleepers_;  // threads that wait, by the last call seen
};

}  // namespace

std::unique_ptr<replay::Checker> make_completion_routine() {
  return std::make_unique<CompletionRoutine>();
}

}  // namespace ddireplay::checkers
