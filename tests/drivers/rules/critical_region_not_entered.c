// A critical region is left that was not entered (C4:3E).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  UNREFERENCED_PARAMETER(DeviceObject);
#ifdef SAMPLE_CLEAN
  KeEnterCriticalRegion();
#endif
  KeLeaveCriticalRegion();
}

const SAMPLE Sample = {.Run = Run};
