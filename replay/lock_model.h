// Locks: which there are, and who holds what since when.
//
// An owner is a thread; of what a DPC acquires it is the processor that the DPC runs on, as the
// thread is whichever it interrupted (Step::in_dpc). Spin locks have no initialisation that leaves
// an event: a lock begins to exist with whatever names it first, and lives until its memory goes.
//
// The model believes what it sees: who acquires a lock exclusively owns it, and whoever owned it
// before has released it unseen.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "replay/function_ref.h"
#include "replay/lock_kind.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

using LockOwner = std::uint64_t;

// Names a lock's life: another lock at the same address has another one.
using LockNumber = std::uint32_t;
inline constexpr LockNumber kLockNumberMax = 0x7fffffff;

struct Lock {
  std::uint64_t address = 0;
  LockNumber number = 0;
  LockKind kind = LockKind::unknown;  // as it was last used
  std::uint32_t kinds = 0;            // that it was acquired as, a bit for each
  bool live = false;                  // initialised, and not deleted since
  Moment initialised;                 // the last time
  Moment deleted;
  Moment acquired;  // the last time, by whomever
  Moment released;
  std::vector<LockOwner> owners;  // several where it is shared

  bool was(LockKind one) const { return (kinds >> static_cast<unsigned>(one) & 1) != 0; }
  bool held() const { return !owners.empty(); }
  // Where it lies, as findings tell it. 0: of the cancel spin lock a trace doesn't know.
  std::uint64_t shown_address() const { return address == kCancelLockAddress ? 0 : address; }
};

// What one owner has of one lock.
struct Hold {
  const Lock* lock = nullptr;
  LockKind kind = LockKind::unknown;  // of the routine that acquired it
  bool shared = false;
  std::uint8_t level = format::kIrqlUnknown;  // to be restored; unknown: none was saved
  std::uint32_t count = 0;                    // how often, where that is more than once
  std::uint64_t handle = 0;
  Moment since;  // of the first
};

class LockModel final : public Model {
 public:
  LockModel();
  ~LockModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  void forget(std::uint64_t begin, std::uint64_t end) override;
  void count_objects_in(ObjectPages& pages) override;
  // Who holds what is not known any more, nor which locks are still the same.
  void lose_track() override;

  static LockOwner owner_of(const Step& step);

  // The lock that the step is about, by its address or its queue handle; or nullptr.
  const Lock* find(const Step& step) const;
  const Lock* find(std::uint64_t address) const;
  // What that owner holds, in the order of acquisition.
  std::span<const Hold> held_by(LockOwner owner) const;
  const Hold* hold(LockOwner owner, const Lock& lock) const;
  // The owner has called for this lock, and the call was seen when it was entered: what there is to
  // say of a lock_acquire was said of its lock_request.
  bool was_requested(const Step& step) const;
  // Locks in [begin, end), by address.
  void for_each_in(std::uint64_t begin, std::uint64_t end,
                   FunctionRef<void(const Lock&)> visit) const;
  // The first four objects of a wait_done: a bit for each that is a mutex which the wait acquired.
  std::uint64_t mutexes_acquired(const Step& step) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
