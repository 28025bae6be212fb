// Threads and processors: which callbacks of the driver they are in, and at which IRQL.
//
// IRQL belongs to the processor, APC state to the thread; a DPC runs in whichever thread it
// interrupted. On real hardware the frames of a DPC are kept per processor, all others per thread.
// Where IRQL is modelled or virtualised the host is a process: DPCs run in threads of their own,
// and all frames are kept per thread.
//
// Where IRQL was not sampled it is derived. A callback enters at the level that the kernel promises
// (a DPC at DISPATCH_LEVEL, a dispatch routine at PASSIVE_LEVEL), or at that of the call in which
// it takes place, if that is higher; leaving it brings back what was before. Spin locks and fast
// mutexes raise, and releasing one brings back the level that its acquisition found. What can't be
// derived is kIrqlUnknown: threads that were never seen to enter a callback, completion routines,
// interrupt service routines, and everything behind a gap, until the next callback.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "format/freestanding/layout.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

// How often the thread has disabled APCs and not enabled them again, as far as its calls were seen.
// Negative where it has enabled them more often. A callback leaves the regions as it found them:
// what it does otherwise is wrong, and forgotten when it returns.
struct ApcCounts {
  std::int32_t normal = 0;   // critical regions: normal kernel APCs are disabled
  std::int32_t all = 0;      // guarded regions and guarded mutexes: all are
  std::int32_t mutexes = 0;  // acquisitions of KMUTEXes: each disables normal kernel APCs
};

// A callback of the driver that has been entered and not left.
struct CallbackFrame {
  format::FunctionId function = 0;
  Op op = Op::none;
  CallbackKind kind = CallbackKind::other;
  std::uint8_t major = 0;  // of the request that it was given, if any
  std::uint8_t minor = 0;
  std::uint8_t apcs = 0;         // as sampled when it was entered; 0: not known
  std::uint8_t interrupts = 0;   // as above
  std::int32_t normal_apcs = 0;  // the thread's ApcCounts when it was entered
  std::int32_t all_apcs = 0;
  std::int32_t mutexes = 0;
  std::uint8_t irql_before = format::kIrqlUnknown;  // around it, where that is derived
  std::uint64_t argument = 0;                       // first value: the DPC, the device object, ...
  std::uint64_t irp = 0;
  std::uint64_t process = 0;  // in which it was entered; 0: not known
  Moment entered;             // irql: the level at which it begins
};

class ThreadModel final : public Model {
 public:
  explicit ThreadModel(format::IrqlSource source);
  ~ThreadModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  // Events were lost: nothing is known of any thread.
  void lose_track() override;

  // Completes a step by its IRQL and whether it is in a DPC, as below.
  void place(Step& step) const;
  // IRQL at which `event` happens: as sampled, else as derived.
  std::uint8_t irql(const format::Event& event) const;
  // The same; of a callback's entry it is the level at which the callback begins.
  std::uint8_t irql(const Step& step) const;
  // Since the thread was first seen; compare two of one callback, their sum is not known.
  ApcCounts apcs(const format::Event& event) const;
  // Where the thread has entered regions that it has not left, oldest first; guarded mutexes count
  // as guarded regions.
  std::span<const Moment> critical_regions(const format::Event& event) const;
  std::span<const Moment> guarded_regions(const format::Event& event) const;
  // Whether a raise, a lock or the entry of the innermost callback has found that level, so that
  // lowering to it brings something back. True where that isn't known.
  bool has_found(const format::Event& event, std::uint8_t level) const;
  // The event happens in a DPC whose beginning was seen, on hardware.
  bool in_dpc(const format::Event& event) const;
  // The process in which drivers are loaded; 0: not known.
  std::uint64_t system_process() const;
  // Callbacks that the event's thread (or DPC) is in, outermost first.
  std::span<const CallbackFrame> frames(const format::Event& event) const;
  // Of these, the one that the event leaves; nullptr: its entry was not seen.
  const CallbackFrame* frame_left(const format::Event& event) const;
  // The innermost one of that kind, or nullptr.
  const CallbackFrame* innermost(const format::Event& event, CallbackKind kind) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
