#include "watchdog.h"

#define WATCHDOG_TAG 'godw'  // reads "wdog" in memory

// Long enough never to expire within a test, in which the freed timer would be written to.
#define ONE_HOUR_100NS (60LL * 60 * 10 * 1000 * 1000)

static VOID NTAPI WatchdogDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Argument1);
  UNREFERENCED_PARAMETER(Argument2);
  InterlockedIncrement(&((PWATCHDOG)Context)->Barks);
}

DECLSPEC_NOINLINE PWATCHDOG AllocateWatchdog(VOID) {
  return ExAllocatePoolWithTag(NonPagedPool, sizeof(WATCHDOG), WATCHDOG_TAG);
}

DECLSPEC_NOINLINE VOID InitializeWatchdog(PWATCHDOG Watchdog) {
  Watchdog->Barks = 0;
  KeInitializeTimer(&Watchdog->Timer);
  KeInitializeDpc(&Watchdog->Dpc, WatchdogDpc, Watchdog);
}

DECLSPEC_NOINLINE VOID ArmWatchdog(PWATCHDOG Watchdog) {
  LARGE_INTEGER DueTime;

  DueTime.QuadPart = -ONE_HOUR_100NS;  // negative: relative to now
  KeSetTimer(&Watchdog->Timer, DueTime, &Watchdog->Dpc);
}

// Without TIMERPOOL_CANCELS_FIRST the timer stays armed inside freed pool: the fault to be found.
DECLSPEC_NOINLINE VOID FreeWatchdog(PWATCHDOG Watchdog) {
#ifdef TIMERPOOL_CANCELS_FIRST
  KeCancelTimer(&Watchdog->Timer);
  KeFlushQueuedDpcs();
#endif
  ExFreePoolWithTag(Watchdog, WATCHDOG_TAG);
}
