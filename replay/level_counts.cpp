#include "replay/level_counts.h"

#include "replay/lock_kind.h"

namespace ddireplay::replay {

std::span<const Op> LevelCounts::operations() const {
  static constexpr Op kOperations[] = {Op::irql_raise, Op::lock_acquire};
  return kOperations;
}

void LevelCounts::apply(const Step& step) {
  if (step.driver == format::kNoModuleId) return;
  if (step.op == Op::irql_raise) {
    ++raises_;
  } else if (is_spin_lock(static_cast<LockKind>(step[Operand::kind]))) {
    ++spin_locks_;
  }
}

}  // namespace ddireplay::replay
