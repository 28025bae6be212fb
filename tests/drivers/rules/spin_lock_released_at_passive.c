// A spin lock is released below DISPATCH_LEVEL (C4:32).

#include "sample.h"

static KSPIN_LOCK Lock;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  KIRQL Before;

  UNREFERENCED_PARAMETER(DeviceObject);
  KeInitializeSpinLock(&Lock);
  KeAcquireSpinLock(&Lock, &Before);
#ifndef SAMPLE_CLEAN
  KeLowerIrql(Before);
#endif
  KeReleaseSpinLock(&Lock, Before);
}

const SAMPLE Sample = {.Run = Run};
