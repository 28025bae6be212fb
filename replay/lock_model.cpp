#include "replay/lock_model.h"

#include <algorithm>
#include <array>
#include <limits>

#include "replay/by_thread.h"
#include "replay/hash_index.h"
#include "replay/irql.h"
#include "replay/object_tree.h"

namespace ddireplay::replay {

namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kLocksMax = 1 << 20;
constexpr std::size_t kHoldsMax = 256;  // of one owner; more is a trace without releases
// Processors, as owners, count down from here: no thread has such a number.
constexpr LockOwner kProcessorOwner = kNever;

struct ByAddress;
struct LockEntry : Lock, HashHook<ByAddress> {};
struct AddressOfLock {
  using type = std::uint64_t;
  type operator()(const LockEntry& lock) const { return lock.address; }
};

struct Owner {
  std::vector<Hold> holds;
  std::uint64_t requested = 0;  // the lock that it waits for, where the call's entry was seen

  bool idle() const { return holds.empty(); }
};

LockKind kind_of(const Step& step) { return static_cast<LockKind>(step[Operand::kind]); }
bool has(const Step& step, std::uint64_t flag) { return (step[Operand::flags] & flag) != 0; }

// A cancel routine is entered with the cancel spin lock.
bool brings_cancel_lock(const Step& step) {
  return static_cast<CallbackKind>(step[Operand::kind]) == CallbackKind::cancel;
}
bool ends_thread(const Step& step) {
  return step.op == Op::thread_exit ||
         static_cast<CallbackKind>(step[Operand::kind]) == CallbackKind::system_thread;
}

}  // namespace

struct LockModel::State {
  ObjectTree<LockEntry> locks{1};
  HashIndex<LockEntry, ByAddress, AddressOfLock> by_address;
  ByThread<Owner> owners;  // and by processor
  LockNumber last_number = 0;
  // The lock of the last look-up: of one step, the model and its checkers ask for the same one.
  LockEntry* last_lock = nullptr;

  LockEntry* find(std::uint64_t address);
  LockEntry& at(std::uint64_t address);
  Hold* hold(LockOwner owner, const Lock& lock);
  void begin_life(LockEntry& lock);
  void take(LockEntry& lock, const Step& step, const Hold& as);
  void acquire(const Step& step);
  void acquire_mutexes(const Step& step);
  void release(const Step& step);
  void drop(LockEntry& lock, LockOwner from);
  void drop_all_of(LockOwner owner);
  void drop_owners(LockEntry& lock);
  template <class Predicate>
  void erase_in(std::uint64_t begin, std::uint64_t end, Predicate erase);
};

LockEntry* LockModel::State::find(std::uint64_t address) {
  if (last_lock != nullptr && last_lock->address == address) return last_lock;
  LockEntry* found = by_address.find(address);
  if (found != nullptr) last_lock = found;
  return found;
}

LockEntry& LockModel::State::at(std::uint64_t address) {
  if (LockEntry* known = find(address)) return *known;
  if (by_address.size() >= kLocksMax) {
    erase_in(0, kNever, [](const Lock& lock) { return !lock.held() && !lock.live; });
  }
  LockEntry& lock = locks.at(address);
  by_address.insert(lock);
  begin_life(lock);
  return lock;
}

void LockModel::State::begin_life(LockEntry& lock) {
  last_number = last_number == kLockNumberMax ? 1 : last_number + 1;
  lock.number = last_number;
  lock.kinds = 0;
  lock.live = false;
  lock.initialised = lock.deleted = lock.acquired = lock.released = {};
}

Hold* LockModel::State::hold(LockOwner owner, const Lock& lock) {
  Owner* known = owners.find(owner);
  if (known == nullptr) return nullptr;
  // What was acquired last is released first.
  const auto found = std::find_if(known->holds.rbegin(), known->holds.rend(),
                                  [&](const Hold& hold) { return hold.lock == &lock; });
  return found == known->holds.rend() ? nullptr : &*found;
}

void LockModel::State::take(LockEntry& lock, const Step& step, const Hold& as) {
  const LockOwner who = owner_of(step);
  lock.kind = as.kind;
  lock.kinds |= std::uint32_t{1} << static_cast<unsigned>(as.kind);
  lock.acquired = as.since;
  owners.at(who).requested = 0;
  if (Hold* again = hold(who, lock)) {
    const bool counts = is_recursive(as.kind) || (as.shared && again->shared);
    if (counts) {
      ++again->count;
    } else {
      *again = as;
    }
    return;
  }
  // What others hold that doesn't go with it, they have released unseen.
  if (!as.shared && !lock.owners.empty()) drop_owners(lock);
  if (as.shared && lock.owners.size() == 1) {
    const Hold* other = hold(lock.owners[0], lock);
    if (other != nullptr && !other->shared) drop_owners(lock);
  }
  Owner& taker = owners.at(who);
  if (taker.holds.size() == kHoldsMax) drop_all_of(who);
  taker.holds.push_back(as);
  lock.owners.push_back(who);
}

void LockModel::State::acquire(const Step& step) {
  LockEntry& lock = at(step[Operand::address]);
  const bool saves_level = step[Operand::level] != 0 && is_spin_lock(kind_of(step));
  take(lock, step,
       {.lock = &lock,
        .kind = kind_of(step),
        .shared = has(step, lock_flags::kShared),
        .level =
            saves_level ? static_cast<std::uint8_t>(step[Operand::result]) : format::kIrqlUnknown,
        .count = 1,
        .handle = step[Operand::handle],
        .since = step.moment()});
}

void LockModel::State::acquire_mutexes(const Step& step) {
  static constexpr Operand kObjects[] = {Operand::address, Operand::handle, Operand::object,
                                         Operand::context};
  for (std::size_t i = 0; i < std::size(kObjects); ++i) {
    if ((step[Operand::flags] >> i & 1) == 0) continue;
    LockEntry& lock = at(step[kObjects[i]]);
    take(lock, step,
         {.lock = &lock,
          .kind = LockKind::mutex,
          .shared = false,
          .level = format::kIrqlUnknown,
          .count = 1,
          .handle = 0,
          .since = step.moment()});
  }
}

void LockModel::State::drop(LockEntry& lock, LockOwner from) {
  std::erase(lock.owners, from);
  if (Owner* known = owners.find(from)) {
    std::erase_if(known->holds, [&](const Hold& hold) { return hold.lock == &lock; });
  }
}

void LockModel::State::drop_owners(LockEntry& lock) {
  while (!lock.owners.empty()) drop(lock, lock.owners.back());
}

void LockModel::State::drop_all_of(LockOwner owner) {
  Owner* known = owners.find(owner);
  if (known == nullptr) return;
  for (const Hold& hold : known->holds) {
    if (LockEntry* lock = find(hold.lock->address)) std::erase(lock->owners, owner);
  }
  known->holds.clear();
  known->requested = 0;
}

// Whose hold a release ends: the caller's, else whoever's there is. Of an owner that is named by
// the address of its thread, the number isn't known.
void LockModel::State::release(const Step& step) {
  const std::uint64_t handle = step[Operand::handle];
  LockEntry* lock = find(step[Operand::address]);
  LockOwner from = owner_of(step);
  if (lock == nullptr && handle != 0) {
    if (const Owner* known = owners.find(from)) {
      for (const Hold& hold : known->holds) {
        if (hold.handle == handle) lock = find(hold.lock->address);
      }
    }
  }
  if (lock == nullptr) {
    if (step[Operand::address] == 0) return;
    lock = &at(step[Operand::address]);
  }
  if (lock->kind == LockKind::unknown) lock->kind = kind_of(step);
  lock->released = step.moment();

  const LockOwner named = step[Operand::object];
  if (has(step, lock_flags::kForOwner) && hold(named, *lock) != nullptr) from = named;
  Hold* held = hold(from, *lock);
  if (held == nullptr) {
    if (lock->owners.empty()) return;
    from = lock->owners.back();
    held = hold(from, *lock);
  }
  if (held == nullptr || held->count > 1) {
    if (held != nullptr) --held->count;
    return;
  }
  // Locks that are released in the order of their acquisition exchange the levels they restore.
  const std::uint8_t level = static_cast<std::uint8_t>(step[Operand::level]);
  if (held->level != format::kIrqlUnknown && held->level != level) {
    for (Hold& other : owners.find(from)->holds) {
      if (&other == held || other.level != level) continue;
      other.level = held->level;
      break;
    }
  }
  drop(*lock, from);
}

template <class Predicate>
void LockModel::State::erase_in(std::uint64_t begin, std::uint64_t end, Predicate erase) {
  locks.erase_in(begin, end, [&](LockEntry& lock) {
    if (!erase(lock)) return false;
    last_lock = nullptr;
    drop_owners(lock);
    by_address.erase(lock);
    return true;
  });
}

LockModel::LockModel() : state_(std::make_unique<State>()) {}
LockModel::~LockModel() = default;

std::span<const Op> LockModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {
      lock_initialize, lock_reinitialize, lock_delete, lock_request,   lock_acquire,   lock_release,
      lock_convert,    lock_hand_over,    wait_done,   callback_enter, callback_leave, thread_exit};
  return kOperations;
}

void LockModel::apply(const Step& step) {
  const std::uint64_t address = step[Operand::address];
  switch (step.op) {
    case Op::lock_initialize:
    case Op::lock_reinitialize: {
      LockEntry& lock = state_->at(address);
      state_->drop_owners(lock);
      state_->begin_life(lock);
      lock.kind = kind_of(step);
      lock.live = true;
      lock.initialised = step.moment();
      return;
    }
    case Op::lock_delete: {
      LockEntry& lock = state_->at(address);
      state_->drop_owners(lock);
      state_->begin_life(lock);
      lock.kind = kind_of(step);
      lock.deleted = step.moment();
      return;
    }
    case Op::lock_request: {
      LockEntry& lock = state_->at(address);
      if (lock.kind == LockKind::unknown) lock.kind = kind_of(step);
      state_->owners.at(owner_of(step)).requested = address;
      return;
    }
    case Op::lock_acquire:
      return state_->acquire(step);
    case Op::lock_release:
      return state_->release(step);
    case Op::lock_convert:
      if (const Lock* lock = find(address)) {
        if (Hold* held = state_->hold(owner_of(step), *lock)) held->shared = true;
      }
      return;
    case Op::lock_hand_over: {
      LockEntry* lock = state_->find(address);
      Hold* held = lock == nullptr ? nullptr : state_->hold(owner_of(step), *lock);
      if (held == nullptr) return;
      Hold moved = *held;
      state_->drop(*lock, owner_of(step));
      state_->owners.at(step[Operand::object]).holds.push_back(moved);
      lock->owners.push_back(step[Operand::object]);
      return;
    }
    case Op::wait_done:
      if (step[Operand::flags] != 0) state_->acquire_mutexes(step);
      return;
    case Op::callback_enter: {
      if (!brings_cancel_lock(step)) return;
      LockEntry& lock = state_->at(kCancelLockAddress);
      return state_->take(lock, step,
                          {.lock = &lock,
                           .kind = LockKind::cancel_spin,
                           .shared = false,
                           .level = format::kIrqlUnknown,
                           .count = 1,
                           .handle = 0,
                           .since = step.moment()});
    }
    case Op::callback_leave:
      if (brings_cancel_lock(step)) {
        if (LockEntry* lock = state_->find(kCancelLockAddress)) {
          state_->drop(*lock, owner_of(step));
        }
        return;
      }
      if (!ends_thread(step)) return;
      return state_->drop_all_of(owner_of(step));
    case Op::thread_exit:
      return state_->drop_all_of(owner_of(step));
    default:
      return;
  }
}

void LockModel::forget(std::uint64_t begin, std::uint64_t end) {
  state_->erase_in(begin, end, [](const Lock&) { return true; });
}

void LockModel::count_objects_in(ObjectPages& pages) { state_->locks.count_in(pages); }

void LockModel::lose_track() {
  state_->owners.clear();
  state_->erase_in(0, kNever, [](const Lock&) { return true; });
}

LockOwner LockModel::owner_of(const Step& step) {
  return step.in_dpc ? kProcessorOwner - step.event->processor : step.event->thread;
}

const Lock* LockModel::find(std::uint64_t address) const { return state_->find(address); }

const Lock* LockModel::find(const Step& step) const {
  const std::uint64_t handle = step[Operand::handle];
  if (handle != 0 && step.op == Op::lock_release && step[Operand::address] == 0) {
    for (const Hold& hold : held_by(owner_of(step))) {
      if (hold.handle == handle) return hold.lock;
    }
  }
  return find(step[Operand::address]);
}

std::span<const Hold> LockModel::held_by(LockOwner owner) const {
  const Owner* known = state_->owners.find(owner);
  return known == nullptr ? std::span<const Hold>{} : known->holds;
}

const Hold* LockModel::hold(LockOwner owner, const Lock& lock) const {
  return state_->hold(owner, lock);
}

bool LockModel::was_requested(const Step& step) const {
  const Owner* known = state_->owners.find(owner_of(step));
  return known != nullptr && step.op == Op::lock_acquire &&
         known->requested == step[Operand::address] && known->requested != 0;
}

void LockModel::for_each_in(std::uint64_t begin, std::uint64_t end,
                            FunctionRef<void(const Lock&)> visit) const {
  state_->locks.for_each_in(begin, end, visit);
}

// A wait for any object has acquired the one that its status names; a mutex may have come from a
// thread that ended with it. Objects beyond the first four are not seen.
std::uint64_t LockModel::mutexes_acquired(const Step& step) const {
  constexpr std::uint64_t kAbandoned = 0x80, kObjectsMax = 64, kWaitAny = 1;
  const std::uint64_t status = step[Operand::status];
  const bool is_any = step[Operand::type] == kWaitAny;
  const bool is_met = status < kObjectsMax || status - kAbandoned < kObjectsMax;
  if (!is_met || step.event->raised()) return 0;
  const std::uint64_t objects[] = {step[Operand::address], step[Operand::handle],
                                   step[Operand::object], step[Operand::context]};
  std::uint64_t acquired = 0;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(step[Operand::count], 4); ++i) {
    if (is_any && i != (status & (kObjectsMax - 1))) continue;
    const Lock* lock = find(objects[i]);
    if (lock != nullptr && lock->kind == LockKind::mutex) acquired |= std::uint64_t{1} << i;
  }
  return acquired;
}

std::string_view lock_kind_name(LockKind kind) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "lock",
      "spin lock",
      "queued spin lock",
      "reader-writer spin lock",
      "interrupt spin lock",
      "cancel spin lock",
      "fast mutex",
      "guarded mutex",
      "mutex",
      "ERESOURCE",
      "push lock",
  };
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace ddireplay::replay
