// A spin lock is released that nobody holds (C4:1007).

#include "sample.h"

static KSPIN_LOCK Lock;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  KIRQL Before;

  UNREFERENCED_PARAMETER(DeviceObject);
  KeInitializeSpinLock(&Lock);
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
#ifdef SAMPLE_CLEAN
  KeAcquireSpinLockAtDpcLevel(&Lock);
#endif
  KeReleaseSpinLockFromDpcLevel(&Lock);
  KeLowerIrql(Before);
}

const SAMPLE Sample = {.Run = Run};
