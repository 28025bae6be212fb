#include "recorder/wine/apc.h"

#include "recorder/wine/irql.h"

using namespace ddireplay::recorder::wine;

extern "C" void supplied_KeEnterCriticalRegion() { enter_critical_region(); }

extern "C" void supplied_KeLeaveCriticalRegion() { leave_critical_region(); }

extern "C" void supplied_KeEnterGuardedRegion() { enter_guarded_region(); }

extern "C" void supplied_KeLeaveGuardedRegion() { leave_guarded_region(); }

extern "C" BOOLEAN supplied_KeAreApcsDisabled() {
  const ThreadState& state = thread_state();
  return state.kernel_apc_disable != 0 || state.special_apc_disable != 0;
}

extern "C" BOOLEAN supplied_KeAreAllApcsDisabled() {
  const ThreadState& state = thread_state();
  return state.special_apc_disable != 0 || state.irql >= APC_LEVEL;
}
