// Kernel timers (KTIMER): where they lie, whether they are armed, which DPC they queue.
//
// A timer is armed from the entry of the call that sets it. It ceases to be when it is cancelled
// (whatever KeCancelTimer returns), when the DPC of a one-shot is seen to run, or when its memory
// is gone. A one-shot stays `armed` past its due time, but is not pending any more.
#pragma once

#include <cstdint>

#include <memory>

#include "replay/function_ref.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

struct Timer {
  std::uint64_t address = 0;
  std::uint64_t dpc = 0;        // 0: none
  std::uint64_t routine = 0;    // of the DPC
  std::uint64_t due_clock = 0;  // event time at which it expires; meaningful while armed
  std::uint32_t period_ms = 0;
  bool armed = false;  // by calls; a one-shot whose time has passed has expired: see expired
  format::ModuleId driver = format::kNoModuleId;
  Moment initialised;
  Moment set;  // last time

  // A one-shot that is past its due time: it is no longer in the kernel's queue.
  bool pending(std::uint64_t clock) const { return armed && (period_ms != 0 || clock < due_clock); }
};

class TimerModel final : public Model {
 public:
  // pointer_bytes gives the size of a KTIMER; clock_hz the unit of event times; 0: not
  // known, a timer that is set once may have expired as soon as it is set.
  TimerModel(unsigned pointer_bytes, std::uint64_t clock_hz, std::uint64_t start_clock,
             std::uint64_t start_filetime);
  ~TimerModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  // Memory is gone, or new: the timers in it are forgotten.
  void forget(std::uint64_t begin, std::uint64_t end) override;
  void count_objects_in(ObjectPages& pages) override;

  const Timer* find(std::uint64_t address) const;
  std::uint64_t object_bytes() const;
  // Timers of which any byte lies in [begin, end), by address.
  void for_each_in(std::uint64_t begin, std::uint64_t end,
                   FunctionRef<void(const Timer&)> visit) const;
  void for_each(FunctionRef<void(const Timer&)> visit) const;  // by address

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
