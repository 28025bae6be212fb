#include "replay/timer_model.h"

#include <limits>

#include "replay/hash_index.h"
#include "replay/object_tree.h"

namespace ddireplay::replay {

namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kUnitsPerSecond = 10'000'000;  // of due times: 100 ns

struct ByDpc;
struct TimerEntry : Timer, HashHook<ByDpc> {};

struct DpcOf {
  using type = std::uint64_t;
  type operator()(const TimerEntry& timer) const { return timer.dpc; }
};

// The header's word on what event times mean.
struct Clock {
  std::uint64_t hz;
  std::uint64_t start;
  std::uint64_t start_filetime;  // 0: not known

  // A due time that can't be placed is taken to have passed: a timer that may have expired is not
  // called pending.
  std::uint64_t due(std::uint64_t now, std::int64_t due_time) const {
    if (due_time <= 0) return after(now, std::uint64_t{0} - static_cast<std::uint64_t>(due_time));
    const auto filetime = static_cast<std::uint64_t>(due_time);
    if (start_filetime == 0 || filetime < start_filetime) return now;
    return after(start, filetime - start_filetime);
  }

 private:
  std::uint64_t after(std::uint64_t from, std::uint64_t units) const {
    const auto ticks = static_cast<unsigned __int128>(units) * hz / kUnitsPerSecond;
    return ticks > kNever - from ? kNever : from + static_cast<std::uint64_t>(ticks);
  }
};

}  // namespace

struct TimerModel::State {
  ObjectTree<TimerEntry> timers;
  HashIndex<TimerEntry, ByDpc, DpcOf> by_dpc;  // those that have a DPC
  Clock clock;

  void initialise(const Step& step);
  void set(const Step& step);
  void expire_one_shots(std::uint64_t dpc);
  void change_dpc(TimerEntry& timer, std::uint64_t dpc);
  template <class Predicate>
  void erase_in(std::uint64_t begin, std::uint64_t end, Predicate erase);
};

void TimerModel::State::initialise(const Step& step) {
  TimerEntry& timer = timers.at(step[Operand::address]);
  change_dpc(timer, 0);
  timer.routine = 0;
  timer.armed = false;
  timer.period_ms = 0;
  timer.driver = step.driver;
  timer.initialised = step.moment();
  timer.set = {};
}

void TimerModel::State::set(const Step& step) {
  TimerEntry& timer = timers.at(step[Operand::address]);
  change_dpc(timer, step[Operand::dpc]);
  timer.routine = step[Operand::routine];
  timer.period_ms = static_cast<std::uint32_t>(step[Operand::period]);
  timer.due_clock = clock.due(step.event->time, static_cast<std::int64_t>(step[Operand::due]));
  timer.armed = true;
  timer.driver = step.driver;
  timer.set = step.moment();
}

// The DPC runs: what queued it was a timer that has expired, unless it is periodic.
void TimerModel::State::expire_one_shots(std::uint64_t dpc) {
  const auto is_one_shot = [](const TimerEntry& timer) {
    return timer.armed && timer.period_ms == 0;
  };
  while (TimerEntry* timer = by_dpc.find_if(dpc, is_one_shot)) timer->armed = false;
}

void TimerModel::State::change_dpc(TimerEntry& timer, std::uint64_t dpc) {
  if (timer.dpc == dpc) return;
  if (timer.dpc != 0) by_dpc.erase(timer);
  timer.dpc = dpc;
  if (dpc != 0) by_dpc.insert(timer);
}

template <class Predicate>
void TimerModel::State::erase_in(std::uint64_t begin, std::uint64_t end, Predicate erase) {
  timers.erase_in(begin, end, [&](TimerEntry& timer) {
    if (!erase(timer)) return false;
    change_dpc(timer, 0);
    return true;
  });
}

TimerModel::TimerModel(unsigned pointer_bytes, std::uint64_t clock_hz, std::uint64_t start_clock,
                       std::uint64_t start_filetime)
    : state_(new State{.timers = ObjectTree<TimerEntry>(pointer_bytes == 4 ? 0x28 : 0x40),
                       .by_dpc = {},
                       .clock = {clock_hz, start_clock, start_filetime}}) {}
TimerModel::~TimerModel() = default;

std::span<const Op> TimerModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {timer_initialize, timer_set, timer_cancel, dpc_enter,
                                       image_unload};
  return kOperations;
}

void TimerModel::apply(const Step& step) {
  switch (step.op) {
    case Op::timer_initialize:
      return state_->initialise(step);
    case Op::timer_set:
      return state_->set(step);
    case Op::timer_cancel:
      if (Timer* timer = state_->timers.find(step[Operand::address])) timer->armed = false;
      return;
    case Op::dpc_enter:
      return state_->expire_one_shots(step[Operand::dpc]);
    case Op::image_unload:
      return state_->erase_in(0, kNever,
                              [&](const Timer& timer) { return timer.driver == step.driver; });
    default:
      return;
  }
}

void TimerModel::forget(std::uint64_t begin, std::uint64_t end) {
  state_->erase_in(begin, end, [](const Timer&) { return true; });
}

void TimerModel::count_objects_in(ObjectPages& pages) { state_->timers.count_in(pages); }

const Timer* TimerModel::find(std::uint64_t address) const { return state_->timers.find(address); }

std::uint64_t TimerModel::object_bytes() const { return state_->timers.object_bytes(); }

void TimerModel::for_each_in(std::uint64_t begin, std::uint64_t end,
                             FunctionRef<void(const Timer&)> visit) const {
  state_->timers.for_each_in(begin, end, visit);
}

void TimerModel::for_each(FunctionRef<void(const Timer&)> visit) const {
  state_->timers.for_each(visit);
}

}  // namespace ddireplay::replay
