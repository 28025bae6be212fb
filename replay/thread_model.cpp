#include "replay/thread_model.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "replay/by_thread.h"
#include "replay/irql.h"
#include "replay/lock_kind.h"

namespace ddireplay::replay {

namespace {

using format::Event;
using format::kIrqlUnknown;

// A kernel stack has no room for more: what goes beyond is a trace whose returns are missing.
constexpr std::size_t kFramesMax = 128;
constexpr std::size_t kLocksMax = 128;
constexpr std::size_t kRegionsMax = 128;

// A lock that raised the IRQL when it was acquired; 0: KeRaiseIrql did.
struct Raise {
  std::uint64_t lock;
  std::uint8_t level_before;
};

struct Context;

// Where a context counts regions of one kind.
struct Region {
  std::int32_t ApcCounts::*count;
  std::int32_t CallbackFrame::*at_entry;
  std::vector<Moment> Context::*open;
};
extern const Region kCritical;
extern const Region kGuarded;

// One line of execution: a thread, or the DPCs of a processor.
struct Context {
  std::vector<CallbackFrame> frames;
  std::vector<Raise> raises;
  std::uint8_t level = kIrqlUnknown;
  ApcCounts apcs;
  std::vector<Moment> critical;  // regions that are open, as far as they were entered in the trace
  std::vector<Moment> guarded;

  bool idle() const {
    return frames.empty() && raises.empty() && level == kIrqlUnknown && apcs.normal == 0 &&
           apcs.all == 0 && apcs.mutexes == 0;
  }
  void clear() { *this = Context{}; }

  void enter(const Step& step);
  void leave(const Event& event);
  void raise(const Step& step);
  void lower(std::uint8_t new_level);
  void acquire(const Step& step);
  void release(const Step& step);
  void enter_region(const Region& region, const Step& step);
  void leave_region(const Region& region);
  void force_leave(const Region& region);
  void acquire(std::uint64_t lock, std::uint8_t new_level);
  void release(std::uint64_t lock, std::uint8_t level_given);
};

bool enters_callback(Op op) {
  return op == Op::callback_enter || op == Op::dpc_enter || op == Op::unload_enter;
}

std::uint8_t level_of(const Step& step) { return static_cast<std::uint8_t>(step[Operand::level]); }

// Level at which a callback is entered from `context`, which may be nullptr.
std::uint8_t entry_level(const Context* context, const Step& step) {
  if (step.event->irql != kIrqlUnknown) return step.event->irql;
  const bool is_nested = context != nullptr && !context->frames.empty() && step.op != Op::dpc_enter;
  // kIrqlUnknown is the greatest level: what is unknown on either side stays unknown.
  return is_nested ? std::max(context->level, level_of(step)) : level_of(step);
}

void Context::enter(const Step& step) {
  if (frames.size() == kFramesMax) clear();
  const std::uint8_t entered_at = entry_level(this, step);
  frames.push_back({.function = step.event->function,
                    .op = step.op,
                    .kind = static_cast<CallbackKind>(step[Operand::kind]),
                    .major = static_cast<std::uint8_t>(step[Operand::major]),
                    .minor = static_cast<std::uint8_t>(step[Operand::minor]),
                    .apcs = static_cast<std::uint8_t>(step[Operand::apcs]),
                    .interrupts = static_cast<std::uint8_t>(step[Operand::interrupts]),
                    .normal_apcs = apcs.normal,
                    .all_apcs = apcs.all,
                    .mutexes = apcs.mutexes,
                    .irql_before = level,
                    .argument = step.event->value_count == 0 ? 0 : step.event->values[0],
                    .irp = step[Operand::irp],
                    .process = step[Operand::process],
                    .entered = step.moment()});
  level = entered_at;
  // A callout is a part of the routine that asked for it: its regions are that routine's.
  CallbackFrame& entered = frames.back();
  if (entered.kind == CallbackKind::callout && frames.size() > 1) {
    const CallbackFrame& caller = *std::prev(frames.end(), 2);
    entered.normal_apcs = caller.normal_apcs;
    entered.all_apcs = caller.all_apcs;
  }
}

void Context::leave(const Event& event) {
  const auto left = std::find_if(frames.rbegin(), frames.rend(), [&](const CallbackFrame& frame) {
    return frame.function == event.function;
  });
  if (left == frames.rend()) return;
  level = left->irql_before;
  // What it left undone is its own fault, and not that of the callback around it. A callout is a
  // part of the routine that asked for it.
  if (left->kind != CallbackKind::callout) {
    while (apcs.normal > left->normal_apcs) force_leave(kCritical);
    while (apcs.all > left->all_apcs) force_leave(kGuarded);
    apcs = {left->normal_apcs, left->all_apcs};
  }
  frames.erase(std::prev(left.base()), frames.end());
  if (frames.empty()) raises.clear();
}

void Context::acquire(std::uint64_t lock, std::uint8_t new_level) {
  if (raises.size() == kLocksMax) raises.clear();
  raises.push_back({lock, level});
  level = level == kIrqlUnknown ? new_level : std::max(level, new_level);
}

void Context::raise(const Step& step) {
  if (raises.size() == kLocksMax) raises.clear();
  const auto before =
      level == kIrqlUnknown ? static_cast<std::uint8_t>(step[Operand::result]) : level;
  raises.push_back({0, before});
  level = level_of(step);
}

// It may undo several raises at once.
void Context::lower(std::uint8_t new_level) {
  while (!raises.empty() && raises.back().lock == 0 && raises.back().level_before >= new_level) {
    raises.pop_back();
  }
  level = new_level;
}

const Region kCritical = {&ApcCounts::normal, &CallbackFrame::normal_apcs, &Context::critical};
const Region kGuarded = {&ApcCounts::all, &CallbackFrame::all_apcs, &Context::guarded};

void Context::enter_region(const Region& region, const Step& step) {
  ++(apcs.*region.count);
  std::vector<Moment>& open = this->*region.open;
  if (open.size() == kRegionsMax) open.clear();
  open.push_back(step.moment());
}

// A callback that leaves what it hasn't entered changes nothing: it has done wrong once, and what
// it enters next counts again.
void Context::leave_region(const Region& region) {
  if (frames.empty() || apcs.*region.count > frames.back().*region.at_entry) force_leave(region);
}

void Context::force_leave(const Region& region) {
  --(apcs.*region.count);
  std::vector<Moment>& open = this->*region.open;
  if (!open.empty()) open.pop_back();
}

void Context::acquire(const Step& step) {
  const std::uint64_t flags = step[Operand::flags];
  if ((flags & lock_flags::kCriticalRegion) != 0) enter_region(kCritical, step);
  if ((flags & lock_flags::kKeepsLevel) != 0) return;
  if (static_cast<LockKind>(step[Operand::kind]) == LockKind::guarded_mutex) {
    enter_region(kGuarded, step);
  } else if (step[Operand::level] != 0) {
    acquire(step[Operand::address], level_of(step));
  }
}

void Context::release(const Step& step) {
  const std::uint64_t flags = step[Operand::flags];
  const auto kind = static_cast<LockKind>(step[Operand::kind]);
  if ((flags & lock_flags::kCriticalRegion) != 0) leave_region(kCritical);
  if ((flags & lock_flags::kKeepsLevel) != 0) return;
  if (kind == LockKind::guarded_mutex) leave_region(kGuarded);
  if (kind == LockKind::mutex) --apcs.mutexes;
  if (is_spin_lock(kind) || kind == LockKind::fast_mutex) {
    release(step[Operand::address], level_of(step));
  }
}

// Locks may be released in another order than that of their acquisition: the level falls with the
// last one, to what the first one found.
void Context::release(std::uint64_t lock, std::uint8_t level_given) {
  const auto found = std::find_if(raises.rbegin(), raises.rend(),
                                  [&](const Raise& raise) { return raise.lock == lock; });
  if (found == raises.rend()) {
    level = level_given;
  } else if (found == raises.rbegin()) {
    level = found->level_before;
    raises.pop_back();
  } else {
    std::prev(found)->level_before = found->level_before;
    raises.erase(std::prev(found.base()));
  }
}

}  // namespace

struct ThreadModel::State {
  bool dpcs_by_processor = false;
  ByThread<Context> threads;
  std::vector<Context> processors;  // their DPCs
  std::uint64_t system_process = 0;

  bool in_dpc(const Event& event) const {
    return event.processor < processors.size() && !processors[event.processor].frames.empty();
  }
  const Context* find(const Event& event) const;
  Context& of(const Step& step);
  void change(Context& context, const Step& step);
};

const Context* ThreadModel::State::find(const Event& event) const {
  return in_dpc(event) ? &processors[event.processor] : threads.find(event.thread);
}

Context& ThreadModel::State::of(const Step& step) {
  const Event& event = *step.event;
  // A threaded DPC, which a sampled IRQL shows, is as any other callback of its thread.
  const bool is_on_processor = step.op == Op::dpc_enter && event.irql >= kDispatchLevel;
  if (dpcs_by_processor && is_on_processor) {
    if (event.processor >= processors.size()) processors.resize(event.processor + std::size_t{1});
    return processors[event.processor];
  }
  return in_dpc(event) ? processors[event.processor] : threads.at(event.thread);
}

void ThreadModel::State::change(Context& context, const Step& step) {
  switch (step.op) {
    case Op::callback_enter:
    case Op::dpc_enter:
    case Op::unload_enter:
      return context.enter(step);
    case Op::callback_leave:
    case Op::dpc_leave:
    case Op::unload_leave:
      return context.leave(*step.event);
    case Op::thread_exit:
      return context.clear();
    case Op::irql_raise:
      return context.raise(step);
    case Op::irql_lower:
      return context.lower(level_of(step));
    case Op::critical_enter:
      return context.enter_region(kCritical, step);
    case Op::critical_leave:
      return context.leave_region(kCritical);
    case Op::guarded_enter:
      return context.enter_region(kGuarded, step);
    case Op::guarded_leave:
      return context.leave_region(kGuarded);
    case Op::lock_acquire:
      return context.acquire(step);
    case Op::lock_release:
      return context.release(step);
    case Op::wait_done:
      context.apcs.mutexes += std::popcount(step[Operand::flags]);
      return;
    default:
      return;
  }
}

// Only of hardware it is certain that no thread takes its DPC from one processor to another.
ThreadModel::ThreadModel(format::IrqlSource source) : state_(std::make_unique<State>()) {
  state_->dpcs_by_processor = source == format::IrqlSource::hardware;
}
ThreadModel::~ThreadModel() = default;

std::span<const Op> ThreadModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {
      callback_enter, callback_leave, dpc_enter,     dpc_leave,    unload_enter, unload_leave,
      thread_exit,    irql_raise,     irql_lower,    lock_acquire, lock_release, wait_done,
      critical_enter, critical_leave, guarded_enter, guarded_leave};
  return kOperations;
}

void ThreadModel::apply(const Step& step) {
  Context& context = state_->of(step);
  const bool is_sampled = step.event->irql != kIrqlUnknown;
  if (is_sampled && !enters_callback(step.op)) context.level = step.event->irql;
  if (static_cast<CallbackKind>(step[Operand::kind]) == CallbackKind::driver_entry &&
      step.op == Op::callback_enter) {
    state_->system_process = step[Operand::process];
  }
  state_->change(context, step);
}

void ThreadModel::lose_track() {
  state_->threads.clear();
  state_->processors.clear();
}

void ThreadModel::place(Step& step) const {
  const Event& event = *step.event;
  step.in_dpc = state_->in_dpc(event);
  if (event.irql == kIrqlUnknown) step.set_irql(irql(step));
}

std::uint8_t ThreadModel::irql(const Event& event) const {
  if (event.irql != kIrqlUnknown) return event.irql;
  const Context* context = state_->find(event);
  return context == nullptr ? kIrqlUnknown : context->level;
}

std::uint8_t ThreadModel::irql(const Step& step) const {
  const Event& event = *step.event;
  return enters_callback(step.op) ? entry_level(state_->find(event), step) : irql(event);
}

ApcCounts ThreadModel::apcs(const Event& event) const {
  const Context* context = state_->find(event);
  return context == nullptr ? ApcCounts{} : context->apcs;
}

bool ThreadModel::has_found(const Event& event, std::uint8_t level) const {
  const Context* context = state_->find(event);
  if (context == nullptr || context->frames.empty()) return true;
  const std::uint8_t entered_at = context->frames.back().entered.irql;
  if (entered_at == level || entered_at == kIrqlUnknown) return true;
  return std::any_of(context->raises.begin(), context->raises.end(), [&](const Raise& raise) {
    return raise.level_before == level || raise.level_before == kIrqlUnknown;
  });
}

std::span<const Moment> ThreadModel::critical_regions(const Event& event) const {
  const Context* context = state_->find(event);
  return context == nullptr ? std::span<const Moment>{} : context->critical;
}

std::span<const Moment> ThreadModel::guarded_regions(const Event& event) const {
  const Context* context = state_->find(event);
  return context == nullptr ? std::span<const Moment>{} : context->guarded;
}

bool ThreadModel::in_dpc(const Event& event) const { return state_->in_dpc(event); }

std::uint64_t ThreadModel::system_process() const { return state_->system_process; }

std::span<const CallbackFrame> ThreadModel::frames(const Event& event) const {
  const Context* context = state_->find(event);
  if (context == nullptr) return {};
  const std::vector<CallbackFrame>& frames = context->frames;
  // A DPC has nothing to do with the callbacks of the thread that it interrupted.
  const auto dpc = std::find_if(frames.rbegin(), frames.rend(), [](const CallbackFrame& frame) {
    return frame.op == Op::dpc_enter;
  });
  const auto skipped = dpc == frames.rend() ? 0 : std::prev(dpc.base()) - frames.begin();
  return std::span(frames).subspan(static_cast<std::size_t>(skipped));
}

const CallbackFrame* ThreadModel::frame_left(const Event& event) const {
  const auto open = frames(event);
  const auto found = std::find_if(open.rbegin(), open.rend(), [&](const CallbackFrame& frame) {
    return frame.function == event.function;
  });
  return found == open.rend() ? nullptr : &*found;
}

const CallbackFrame* ThreadModel::innermost(const Event& event, CallbackKind kind) const {
  const auto open = frames(event);
  const auto found = std::find_if(open.rbegin(), open.rend(),
                                  [&](const CallbackFrame& frame) { return frame.kind == kind; });
  return found == open.rend() ? nullptr : &*found;
}

}  // namespace ddireplay::replay
