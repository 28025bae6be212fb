// KeAcquireSpinLockAtDpcLevel is called below DISPATCH_LEVEL (C4:40, and C4:41 where it is
// released).

#include "sample.h"

static KSPIN_LOCK Lock;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  KIRQL Before = PASSIVE_LEVEL;

  UNREFERENCED_PARAMETER(DeviceObject);
  KeInitializeSpinLock(&Lock);
#ifdef SAMPLE_CLEAN
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
#endif
  KeAcquireSpinLockAtDpcLevel(&Lock);
  KeReleaseSpinLockFromDpcLevel(&Lock);
#ifdef SAMPLE_CLEAN
  KeLowerIrql(Before);
#else
  UNREFERENCED_PARAMETER(Before);
#endif
}

const SAMPLE Sample = {.Run = Run};
