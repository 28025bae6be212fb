// An unsafe fast mutex is acquired without APC protection (C4:39, and C4:3A where it is released).

#include "sample.h"

static FAST_MUTEX Mutex;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  UNREFERENCED_PARAMETER(DeviceObject);
  ExInitializeFastMutex(&Mutex);
#ifdef SAMPLE_CLEAN
  KeEnterCriticalRegion();
#endif
  ExAcquireFastMutexUnsafe(&Mutex);
  ExReleaseFastMutexUnsafe(&Mutex);
#ifdef SAMPLE_CLEAN
  KeLeaveCriticalRegion();
#endif
}

const SAMPLE Sample = {.Run = Run};
