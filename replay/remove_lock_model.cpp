#include "replay/remove_lock_model.h"

#include <algorithm>

#include "replay/object_tree.h"

namespace ddireplay::replay {

struct RemoveLockModel::State {
  ObjectTree<RemoveLock> locks;

  void initialise(const Step& step);
  void release(RemoveLock& lock, std::uint64_t tag);
};

void RemoveLockModel::State::initialise(const Step& step) {
  RemoveLock& lock = locks.at(step[Operand::address]);
  lock.driver = step.driver;
  lock.initialised = step.moment();
  lock.drained = {};
  lock.holds.clear();
}

void RemoveLockModel::State::release(RemoveLock& lock, std::uint64_t tag) {
  const RemoveLock::Hold* const hold = lock.find(tag);
  if (hold != nullptr) lock.holds.erase(lock.holds.begin() + (hold - lock.holds.data()));
}

const RemoveLock::Hold* RemoveLock::find(std::uint64_t tag) const {
  const auto hold =
      std::find_if(holds.rbegin(), holds.rend(), [&](const Hold& one) { return one.tag == tag; });
  return hold == holds.rend() ? nullptr : &*hold;
}

RemoveLockModel::RemoveLockModel(unsigned pointer_bytes)
    : state_(new State{.locks = ObjectTree<RemoveLock>(pointer_bytes == 4 ? 0x18 : 0x20)}) {}
RemoveLockModel::~RemoveLockModel() = default;

std::span<const Op> RemoveLockModel::operations() const {
  using enum Op;
  static constexpr Op kOperations[] = {removelock_initialize, removelock_acquire,
                                       removelock_release, removelock_drain, image_unload};
  return kOperations;
}

void RemoveLockModel::apply(const Step& step) {
  State& state = *state_;
  if (step.op == Op::removelock_initialize) return state.initialise(step);
  if (step.op == Op::image_unload) {
    return state.locks.erase_in(0, ~std::uint64_t{0},
                                [&](const RemoveLock& lock) { return lock.driver == step.driver; });
  }
  RemoveLock* lock = state.locks.find(step[Operand::address]);
  if (lock == nullptr) return;
  const std::uint64_t tag = step[Operand::object];
  switch (step.op) {
    case Op::removelock_acquire:
      lock->holds.push_back({tag, step.moment()});
      return;
    case Op::removelock_drain:
      lock->drained = step.moment();
      return state.release(*lock, tag);
    case Op::removelock_release:
      return state.release(*lock, tag);
    default:
      return;
  }
}

void RemoveLockModel::forget(std::uint64_t begin, std::uint64_t end) {
  state_->locks.erase_in(begin, end, [](const RemoveLock&) { return true; });
}

void RemoveLockModel::count_objects_in(ObjectPages& pages) { state_->locks.count_in(pages); }

const RemoveLock* RemoveLockModel::find(std::uint64_t address) const {
  return state_->locks.find(address);
}

std::uint64_t RemoveLockModel::object_bytes() const { return state_->locks.object_bytes(); }

void RemoveLockModel::for_each_in(std::uint64_t begin, std::uint64_t end,
                                  FunctionRef<void(const RemoveLock&)> visit) const {
  state_->locks.for_each_in(begin, end, visit);
}

void RemoveLockModel::for_each(FunctionRef<void(const RemoveLock&)> visit) const {
  state_->locks.for_each(visit);
}

}  // namespace ddireplay::replay
