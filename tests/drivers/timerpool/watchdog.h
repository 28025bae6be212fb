// A watchdog in nonpaged pool: one timer and the DPC that counts when it barks.
#pragma once

#include <wdm.h>

typedef struct _WATCHDOG {
  KTIMER Timer;
  KDPC Dpc;
  volatile LONG Barks;
} WATCHDOG, *PWATCHDOG;

// NULL when the pool is exhausted. The memory is neither initialised nor armed.
PWATCHDOG AllocateWatchdog(VOID);
VOID InitializeWatchdog(PWATCHDOG Watchdog);
VOID ArmWatchdog(PWATCHDOG Watchdog);
VOID FreeWatchdog(PWATCHDOG Watchdog);
