#include "checkers/irp/handed_on.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace ddireplay::checkers {

namespace {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Op;
using replay::Step;
using replay::World;

// Functions of which it is known what becomes of the request that they are given. From a
// cancel-safe queue only the driver's own routines take it.
constexpr std::string_view kUnderstood[] = {
    "IoAllocateMdl",      "IoCancelIrp",   "IoCsqInsertIrp",
    "IoCsqInsertIrpEx",   "IoFreeIrp",     "IoInitializeIrp",
    "IoReuseIrp",         "IoCallDriver",  "IoSetCompletionRoutineEx",
    "IoCompleteRequest",  "IofCallDriver", "PoCallDriver",
    "IofCompleteRequest",
};

bool is_understood(std::string_view name) {
  return std::find(std::begin(kUnderstood), std::end(kUnderstood), name) != std::end(kUnderstood);
}

}  // namespace

bool HandedOn::concerns(const format::Function& function) {
  return !function.is_callback() && !is_understood(function.name) &&
         function.layout.find("Irp") >= 0;
}

void HandedOn::follow(const Step& step, const World& before) {
  if (step.op == Op::thread_exit) return forget_frames(step, before);
  if (is_understood(before.trace().function(step.event->function).name)) return;
  const auto* values = step.event->values;
  const auto* end = values + step.event->value_count;
  std::for_each(values, end, [&](std::uint64_t value) { give_away(value, before); });
  for (const CallbackFrame& frame : before.threads().frames(*step.event)) {
    if (frame.kind != CallbackKind::dispatch || frame.irp == 0) continue;
    if (std::find(values, end, frame.irp) == end) continue;
    const std::uint64_t entered = frame.entered.position;
    if (std::find(entries_.begin(), entries_.end(), entered) == entries_.end()) {
      entries_.push_back(entered);
    }
  }
}

// In whatever callback: a completion routine, a worker, a DPC may have it.
void HandedOn::give_away(std::uint64_t value, const World& world) {
  const replay::IrpTurn* turn = value == 0 ? nullptr : world.irps().turn(value);
  if (turn != nullptr && turn->owned()) turns_[value] = turn->begun.position;
}

bool HandedOn::leave(std::uint64_t entered, const World& before) {
  const bool by_routine = std::erase(entries_, entered) != 0;
  const replay::IrpTurn* turn = before.irps().of_frame(entered);
  if (turn == nullptr) return by_routine;
  const auto given = turns_.find(turn->irp);
  const bool by_others = given != turns_.end() && given->second == entered;
  if (by_others) turns_.erase(given);
  return by_routine || by_others;
}

void HandedOn::forget_frames(const Step& step, const World& world) {
  for (const CallbackFrame& frame : world.threads().frames(*step.event)) {
    std::erase(entries_, frame.entered.position);
  }
}

}  // namespace ddireplay::checkers
