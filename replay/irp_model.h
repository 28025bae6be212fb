// Requests (IRPs): who made each, which drivers have it, and what they did with it.
//
// A request goes down a stack of devices and comes back up. Each driver that has it has a *turn*:
// from its dispatch routine's entry, or from making the request, until it completes it or lets it
// go for good. Turns lie upon each other; the innermost one is whose request it is now.
//
// Only the calls of recorded drivers are seen. A request that was sent down is known to have come
// back when its completion routine is entered, or when the call that sent it returns another status
// than STATUS_PENDING. A request that was completed or freed is gone: its memory may be another
// request at once, which begins with the next call that makes one there, or with the next dispatch
// that isn't beneath the driver that sent it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

struct IrpTurn {
  enum class State : std::uint8_t {
    held,       // the driver has it
    sent,       // it sent it down, and it was not seen to come back
    back,       // it came back, and the driver has it again
    completed,  // by the driver
    over,       // completed by others, on its way up
  };

  std::uint64_t irp = 0;
  std::uint64_t upper = 0;  // entry of the turn above it; 0: none, or the maker's
  format::ModuleId driver = format::kNoModuleId;
  State state = State::held;
  // As the dispatch routine was given it. `location` 0: not recorded, and nothing of what follows.
  std::uint64_t device = 0;
  std::uint64_t location = 0;
  std::uint8_t major = 0;
  std::uint8_t minor = 0;
  std::uint32_t status = 0;
  std::uint64_t parameters[3] = {};
  std::uint64_t upper_routine = 0;  // completion routine in its own stack location, and its context
  std::uint64_t upper_context = 0;
  // SL_PENDING_RETURNED was set in it: a driver above marked the request, and gave this one its own
  // stack location.
  bool was_marked = false;
  std::uint64_t stack_pointer = 0;  // at the routine's entry
  Moment begun;                     // entry of the dispatch routine, or the call that made it

  Moment sent;  // the last time
  bool sent_returned = false;
  bool skipped = false;         // its own stack location was given to the next driver
  bool has_routine = false;     // a completion routine was set when it was sent
  std::uint64_t routine = 0;    // that one
  bool was_registered = false;  // by IoSetCompletionRoutineEx, which puts one of its own there
  bool marked_at_send = false;  // by the driver, and skipped
  std::uint32_t sends = 0;
  std::uint32_t lower_result = 0;  // of the call that sent it, once that returned
  Moment came_back;                // entry of the completion routine; not seen: another way
  std::uint32_t back_status = 0;   // then
  bool kept = false;               // the routine has returned STATUS_MORE_PROCESSING_REQUIRED since
  bool back_marked = false;        // by the driver, before; and still when the routine let it go on
  Moment completed;
  std::uint32_t completed_status = 0;
  // The driver had marked it then. Not known where its own stack location was not the current one,
  // as of a request that is still below, or where a driver above had marked it.
  std::optional<bool> completed_marked;
  Moment routine_refused;     // IoSetCompletionRoutineEx failed, and the request wasn't sent since
  Moment routine_registered;  // it succeeded, and the request wasn't sent since

  bool owned() const { return state == State::held || state == State::back; }
};

struct Irp {
  std::uint64_t address = 0;
  IrpMaker maker = IrpMaker::not_seen;
  format::ModuleId driver = format::kNoModuleId;  // that made it
  std::uint64_t innermost = 0;                    // entry of the innermost dispatch turn; 0: none
  IrpTurn own;                                    // of its maker
  Moment made;                                    // seen: by a recorded call
  // Of a request that is gone, until there is another one in its place.
  Moment completed;
  Moment freed;

  bool gone() const { return completed.seen() || freed.seen(); }
  bool is_threaded() const {
    return maker == IrpMaker::synchronous || maker == IrpMaker::device_control;
  }
  // A recorded driver made it by a call that the I/O manager allocates memory in.
  bool is_allocated() const { return maker >= IrpMaker::allocate && maker <= IrpMaker::associated; }
};

class IrpModel final : public Model {
 public:
  IrpModel();
  ~IrpModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  void forget(std::uint64_t begin, std::uint64_t end) override;
  void count_objects_in(ObjectPages& pages) override;
  void lose_track() override;

  // The request there, or what is left of the last one.
  const Irp* find(std::uint64_t address) const;
  // Whose turn it is; nullptr: nobody's that is known, or the request is gone.
  const IrpTurn* turn(std::uint64_t address) const;
  // The turn that began with that entry of a dispatch routine: while the routine runs, and after it
  // as long as the request is not gone from the driver.
  const IrpTurn* of_frame(std::uint64_t entered) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
