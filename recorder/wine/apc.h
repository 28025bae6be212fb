// Critical and guarded regions of the current thread. There are no APCs to hold back under Wine;
// what can be seen is KeAreApcsDisabled and KeAreAllApcsDisabled.
#pragma once

#include "recorder/wine/thread_state.h"

namespace ddireplay::recorder::wine {

inline void enter_critical_region() { --thread_state().kernel_apc_disable; }
inline void leave_critical_region() { ++thread_state().kernel_apc_disable; }
inline void enter_guarded_region() { --thread_state().special_apc_disable; }
inline void leave_guarded_region() { ++thread_state().special_apc_disable; }

inline bool normal_apcs_disabled() {
  const ThreadState& state = thread_state();
  return state.kernel_apc_disable != 0 || state.special_apc_disable != 0;
}
inline bool all_apcs_disabled() {
  const ThreadState& state = thread_state();
  return state.special_apc_disable != 0 || state.irql >= APC_LEVEL;
}

}  // namespace ddireplay::recorder::wine
