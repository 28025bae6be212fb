// A fast mutex is acquired above APC_LEVEL (C4:33).

#include "sample.h"

static FAST_MUTEX Mutex;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  KIRQL Before;

  UNREFERENCED_PARAMETER(DeviceObject);
  ExInitializeFastMutex(&Mutex);
#ifdef SAMPLE_CLEAN
  KeRaiseIrql(APC_LEVEL, &Before);
#else
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
#endif
  ExAcquireFastMutex(&Mutex);
  ExReleaseFastMutex(&Mutex);
  KeLowerIrql(Before);
}

const SAMPLE Sample = {.Run = Run};
