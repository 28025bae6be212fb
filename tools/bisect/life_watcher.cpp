#include "tools/bisect/life_watcher.h"

#include <algorithm>

#include "replay/irp_codes.h"
#include "tools/report/report_view.h"

namespace ddireplay::tools::bisect {
namespace {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Op;
using replay::Operand;
using replay::Step;
using replay::World;

constexpr Op kOutsideLives[] = {Op::callback_leave, Op::dpc_leave, Op::unload_leave,
                                Op::irp_complete, Op::callback_enter};

bool contains(std::span<const Op> ops, Op op) { return std::ranges::find(ops, op) != ops.end(); }

Origin origin_of_request(const Step& step) {
  const std::uint64_t major = step[Operand::major];
  const std::uint64_t code =
      replay::has_control_code(major) ? static_cast<std::uint32_t>(step[Operand::parameter3]) : 0;
  return {step.event->function, major << 32 | code, {major, code}};
}

std::uint64_t frame_of(const Step& step, const World& world) {
  // The callback itself is what begins.
  if (step.op == Op::callback_enter) return step.event->position;
  const auto frames = world.threads().frames(*step.event);
  return frames.empty() ? 0 : frames.back().entered.position;
}

std::uint64_t irp_of(const Step& step, const World& world) {
  const auto frames = world.threads().frames(*step.event);
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    if (frame->irp != 0) return frame->irp;
  }
  return 0;
}

bool is_in_request(const Step& step, const World& world, std::uint64_t irp) {
  return std::ranges::any_of(world.threads().frames(*step.event),
                             [irp](const CallbackFrame& frame) { return frame.irp == irp; });
}

}  // namespace

Origin origin_of(const replay::Moment& moment, const format::TraceReader& trace) {
  const format::ModuleId driver = trace.function(moment.function).module;
  Origin origin{moment.function, caller_in(trace, moment.stack, driver), {}};
  if (driver == format::kNoModuleId) return origin;
  const format::Module& module = trace.module(driver);
  std::ranges::copy_if(stack_of(trace, moment.stack), std::back_inserter(origin.path),
                       [&](std::uint64_t address) { return module.contains(address); });
  return origin;
}

LifeWatcher::LifeWatcher(const Life& life, std::vector<Lost>& lost,
                         const format::TraceReader& trace)
    : life_(life), lost_(lost), operations_(std::begin(kOutsideLives), std::end(kOutsideLives)) {
  for (const std::span<const Op> more : {life.begins, life.ends}) {
    for (const Op op : more) {
      if (!contains(operations_, op)) operations_.push_back(op);
    }
  }
  for (std::size_t i = 0; i < lost_.size(); ++i) {
    lost_by_begin_[lost_[i].begun.position] = i;
    add(origin_of(lost_[i].begun, trace));
  }
}

std::uint64_t LifeWatcher::last_return(const Activity& activity) const {
  const auto found = returned_.find(activity);
  return found == returned_.end() ? 0 : found->second;
}

void LifeWatcher::on_step(const Step& step, const World& before, replay::FindingSink&) {
  if (contains(life_.ends, step.op)) end(step, before);
  switch (step.op) {
    case Op::irp_complete:
      complete(step);
      break;
    case Op::callback_leave:
    case Op::dpc_leave:
    case Op::unload_leave:
      leave(step, before);
      break;
    case Op::callback_enter:
      // Another request in the place of one whose completion was not seen.
      if (!is_in_request(step, before, step[Operand::irp])) lost_by_irp_.erase(step[Operand::irp]);
      break;
    default:
      break;
  }
  if (contains(life_.begins, step.op)) begin(step, before);
}

LifeWatcher::Key LifeWatcher::key_of(const Step& step) const {
  std::uint64_t key = step[life_.key];
  if (key == 0) key = step[Operand::handle];
  // Lists and registrations of different kinds may have one address.
  const std::uint64_t second = life_.by_thread ? step.event->thread : step[Operand::kind];
  const bool is_object = contains(life_.begins, Op::object_create);
  return {key, life_.by_thread || is_object ? second : 0};
}

LifeWatcher::Places LifeWatcher::add(const Origin& origin) {
  const auto path = path_places_.try_emplace({origin.function, origin.path}, paths_.size());
  if (path.second) paths_.emplace_back();
  const auto call = call_places_.try_emplace({origin.function, origin.caller}, calls_.size());
  if (call.second) calls_.emplace_back();
  return {path.first->second, call.first->second};
}

LifeWatcher::Places LifeWatcher::find(const Origin& origin) const {
  const auto path = path_places_.find({origin.function, origin.path});
  const auto call = call_places_.find({origin.function, origin.caller});
  return {path == path_places_.end() ? -1 : path->second,
          call == call_places_.end() ? -1 : call->second};
}

LifeWatcher::Places LifeWatcher::places_of(const Step& step, const World& world) {
  if (step.op == Op::callback_enter) return add(origin_of_request(step));
  const auto known = places_by_stack_.try_emplace({step.event->function, step.event->stack});
  if (known.second) known.first->second = find(origin_of(step.moment(), world.trace()));
  return known.first->second;
}

void LifeWatcher::begin(const Step& step, const World& world) {
  const bool is_request = contains(life_.begins, Op::callback_enter);
  if (is_request && static_cast<CallbackKind>(step[Operand::kind]) != CallbackKind::dispatch) {
    return;
  }
  const Key key = key_of(step);
  if (key.first == 0) return;
  const Places places = places_of(step, world);
  if (places.call < 0) {
    open_.erase(key);
    return;
  }
  // One that was there before was ended unseen: nobody knows how.
  const Open open{places, step.event->position, frame_of(step, world),
                  is_request ? 0 : irp_of(step, world)};
  open_[key] = open;
  if (places.path >= 0) ++paths_[places.path].begun;
  ++calls_[places.call].begun;
  meet_lost(step, open);
}

void LifeWatcher::meet_lost(const Step& step, const Open& open) {
  const auto found = lost_by_begin_.find(step.event->position);
  if (found == lost_by_begin_.end() || open.places.path < 0) return;
  Lost& lost = lost_[found->second];
  lost.seen = true;
  lost.path = open.places.path;
  lost.call = open.places.call;
  if (open.frame != 0) lost_by_frame_[open.frame].push_back(found->second);
  if (open.irp != 0) lost_by_irp_[open.irp].push_back(found->second);
}

// What is sent down for good may be completed at any time, unseen.
bool LifeWatcher::has_still(const Open& open, const World& world) {
  const replay::IrpTurn* turn = open.irp == 0 ? nullptr : world.irps().turn(open.irp);
  return turn != nullptr && turn->begun.position <= open.begun &&
         (turn->owned() || turn->has_routine);
}

When LifeWatcher::when_of(const Open& open, const Step& step, const World& world) const {
  const auto completed = completed_.find(open.irp);
  const bool is_complete = completed != completed_.end() && completed->second > open.begun;
  for (const CallbackFrame& frame : world.threads().frames(*step.event)) {
    if (frame.entered.position != open.frame) continue;
    return open.irp == 0 || is_complete ? When::same_callback : When::before_completion;
  }
  return !is_complete && has_still(open, world) ? When::before_completion : When::elsewhere;
}

void LifeWatcher::end(const Step& step, const World& world) {
  const auto found = open_.find(key_of(step));
  if (found == open_.end()) return;
  const Open open = found->second;
  open_.erase(found);
  const format::ModuleId driver = world.trace().function(step.event->function).module;
  const Way way{when_of(open, step, world), step.event->function,
                caller_in(world.trace(), step.event->stack, driver), activity_of(step, world)};
  const auto add = [&](Tally& tally) {
    ++tally.ended;
    WayTaken& taken = tally.ways[way];
    ++taken.count;
    taken.last = step.event->position;
  };
  if (open.places.path >= 0) add(paths_[open.places.path]);
  add(calls_[open.places.call]);
}

void LifeWatcher::complete(const Step& step) {
  const std::uint64_t irp = step[Operand::irp];
  completed_[irp] = step.event->position;
  const auto found = lost_by_irp_.find(irp);
  if (found == lost_by_irp_.end()) return;
  for (const std::size_t place : found->second) lost_[place].completed = step.event->position;
  lost_by_irp_.erase(found);
}

void LifeWatcher::leave(const Step& step, const World& world) {
  const CallbackFrame* frame = world.threads().frame_left(*step.event);
  if (frame == nullptr) return;
  returned_[activity_of(*frame, world)] = step.event->position;
  const auto found = lost_by_frame_.find(frame->entered.position);
  if (found == lost_by_frame_.end()) return;
  for (const std::size_t place : found->second) lost_[place].returned = step.event->position;
  lost_by_frame_.erase(found);
}

}  // namespace ddireplay::tools::bisect
