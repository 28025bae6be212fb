#include "recorder/wine/apc.h"

#include "recorder/wine/irql.h"

using namespace ddireplay::recorder::wine;

extern "C" void supplied_KeEnterCriticalRegion() { enter_critical_region(); }

extern "C" void supplied_KeLeaveCriticalRegion() { leave_critical_region(); }

extern "C" void supplied_KeEnterGuardedRegion() { enter_guarded_region(); }

extern "C" void supplied_KeLeaveGuardedRegion() { leave_guarded_region(); }

extern "C" BOOLEAN supplied_KeAreApcsDisabled() { return normal_apcs_disabled(); }

extern "C" BOOLEAN supplied_KeAreAllApcsDisabled() { return all_apcs_disabled(); }
