// Requests that the I/O manager finishes for the thread that built them: it fills the status block
// and sets the event, wherever these lie by then.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_map>
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
using replay::IrpMaker;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kBlockUnwound, kEventUnwound, kSetsEvent };

const Rule kRules[] = {
    checked_rule("C9:C", "status-block-in-unwound-frame", Evidence::absence),
    checked_rule("C9:D", "event-in-unwound-frame", Evidence::absence, "C9:C",
                 "WDM:IoBuildDeviceControlWait WDM:IoBuildSynchronousFsdRequestWait"),
    checked_rule("WDM:IoBuildDeviceIoControlSetEvent", "event-of-synchronous-request-set",
                 Evidence::presence),
};

constexpr Op kOperations[] = {Op::irp_make,       Op::irp_call,  Op::irp_call_done,
                              Op::irp_free,       Op::dpc_leave, Op::unload_leave,
                              Op::callback_leave, Op::gap,       Op::thread_exit};

constexpr std::string_view kSet = "KeSetEvent";
// Calls by which a thread learns that a request is done: of the event itself, or of objects that
// aren't recorded.
constexpr std::string_view kAsksEvent[] = {"KeWaitForSingleObject", "KeReadStateEvent"};
constexpr std::string_view kAsksSome = "KeWaitForMultipleObjects";

struct Request {
  std::uint64_t irp;
  std::uint64_t event;
  std::uint64_t status_block;
  std::uint64_t made;
  format::ModuleId driver;
  std::uint64_t stack_pointer = 0;  // of the call that sent it
  std::uint64_t stack_high = 0;
  bool is_sent = false;
  bool is_pending = false;

  // Within the stack of the thread that sent it, above that call.
  bool on_stack(std::uint64_t address) const {
    return stack_pointer != 0 && address >= stack_pointer && address < stack_high;
  }
};

// Where the callback's own part of the stack ends; 0: not known. What calls these routines is the
// kernel, and keeps none of the driver's events on its stack.
std::uint64_t end_of_frame(const CallbackFrame& frame, bool is_outermost, const Request& request,
                           const World& world) {
  switch (frame.kind) {
    case CallbackKind::dispatch: {
      const replay::IrpTurn* turn = world.irps().of_frame(frame.entered.position);
      return turn == nullptr ? 0 : turn->stack_pointer;
    }
    case CallbackKind::driver_entry:
    case CallbackKind::unload:
    case CallbackKind::add_device:
    case CallbackKind::work_item:
    case CallbackKind::worker_routine:
    case CallbackKind::system_thread:
      // Within another callback of the driver the event may be in that one's part.
      return is_outermost ? request.stack_high : 0;
    default:
      return 0;
  }
}

class SynchronousRequest final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    switch (step.op) {
      case Op::irp_make:
        return make(step);
      case Op::gap:
        return requests_.clear();
      case Op::thread_exit:
        requests_.erase(step.event->thread);
        return;
      case Op::irp_call:
      case Op::irp_call_done:
      case Op::irp_free:
        return follow(step);
      default:
        return leave(step, before, sink);
    }
  }

  bool concerns(const format::Function& function, const World&) override {
    return function.name == kSet || function.name == kAsksSome || asks_event(function.name);
  }
  void on_call(const Step& step, const World& before, replay::FindingSink& sink) override {
    if (requests_.empty()) return;
    const std::string_view name = before.trace().function(step.event->function).name;
    const std::uint64_t event = step.event->values[0];
    if (name == kAsksSome) {
      requests_.erase(step.event->thread);
      return;
    }
    for (auto& [thread, requests] : requests_) {
      const auto about = std::find_if(requests.begin(), requests.end(), [&](const Request& one) {
        return one.event == event && one.driver == step.driver;
      });
      if (about == requests.end()) continue;
      if (name == kSet && about->is_sent) {
        found(kSetsEvent, *about, {}, step, before, sink, "set the event of");
      }
      // Waited for, or asked after: whoever did so knows what became of it.
      requests.erase(about);
    }
  }

 private:
  static bool asks_event(std::string_view name) {
    return std::find(std::begin(kAsksEvent), std::end(kAsksEvent), name) != std::end(kAsksEvent);
  }

  void make(const Step& step) {
    const auto maker = static_cast<IrpMaker>(step[Operand::kind]);
    const bool is_threaded = maker == IrpMaker::synchronous || maker == IrpMaker::device_control;
    if (!is_threaded || step[Operand::irp] == 0) return;
    forget(step[Operand::irp]);
    requests_[step.event->thread].push_back({.irp = step[Operand::irp],
                                             .event = step[Operand::event],
                                             .status_block = step[Operand::status_block],
                                             .made = step.event->position,
                                             .driver = step.driver});
  }

  void forget(std::uint64_t irp) {
    for (auto& [thread, requests] : requests_) {
      std::erase_if(requests, [&](const Request& one) { return one.irp == irp; });
    }
  }

  void follow(const Step& step) {
    const auto thread = requests_.find(step.event->thread);
    if (thread == requests_.end()) return;
    std::vector<Request>& requests = thread->second;
    const auto about = std::find_if(requests.begin(), requests.end(), [&](const Request& one) {
      return one.irp == step[Operand::irp] && one.driver == step.driver;
    });
    if (about == requests.end()) return;
    if (step.op == Op::irp_call) {
      about->is_sent = true;
      about->stack_pointer = step[Operand::stack_pointer];
      about->stack_high = step[Operand::stack_high];
    } else if (step.op == Op::irp_call_done && low32(step[Operand::result]) == kStatusPending) {
      about->is_pending = true;
    } else {
      requests.erase(about);
    }
  }

  void leave(const Step& step, const World& world, replay::FindingSink& sink) {
    const auto thread = requests_.find(step.event->thread);
    if (thread == requests_.end()) return;
    const CallbackFrame* frame = world.threads().frame_left(*step.event);
    if (frame == nullptr) return;
    const bool is_outermost = world.threads().frames(*step.event).data() == frame;
    for (const Request& request : thread->second) {
      if (request.made < frame->entered.position || !request.is_pending) continue;
      const std::uint64_t end = end_of_frame(*frame, is_outermost, request, world);
      const auto is_unwound = [&](std::uint64_t address) {
        return request.on_stack(address) && address < end;
      };
      if (is_unwound(request.status_block)) {
        found(kBlockUnwound, request, {request.status_block, 0, 0}, step, world, sink,
              "returned with the status block on its stack of");
      }
      if (is_unwound(request.event)) {
        found(kEventUnwound, request, {request.event, 0, 0}, step, world, sink,
              "returned with the event on its stack of");
      }
    }
    std::erase_if(thread->second,
                  [&](const Request& request) { return request.made > frame->entered.position; });
    if (thread->second.empty()) requests_.erase(thread);
  }

  static void found(int rule, const Request& request, std::array<std::uint64_t, 3> parameters,
                    const Step& step, const World& world, replay::FindingSink& sink,
                    std::string_view what) {
    const replay::Irp* irp = world.irps().find(request.irp);
    const bool is_same = irp != nullptr && irp->made.position == request.made;
    replay::FindingObject object =
        request_object(request.irp, is_same ? irp : nullptr, is_same ? &irp->own : nullptr);
    object.biography.push_back({replay::Role::violated, step.moment()});
    report(step,
           {.rule = &kRules[rule],
            .parameters = parameters,
            .sentence = fmt::format("{} {} the IRP at {:#x}, which is pending.",
                                    driver_name(world, step.driver), what, request.irp),
            .object = std::move(object),
            .rests_on = request.made},
           sink);
  }

  std::unordered_map<std::uint64_t, std::vector<Request>> requests_;  // by the thread that built it
};

}  // namespace

std::unique_ptr<replay::Checker> make_synchronous_request() {
  return std::make_unique<SynchronousRequest>();
}

}  // namespace ddireplay::checkers
