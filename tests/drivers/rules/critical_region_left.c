// A dispatch routine returns with a critical region entered (C4:C5).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  UNREFERENCED_PARAMETER(DeviceObject);
  KeEnterCriticalRegion();
#ifdef SAMPLE_CLEAN
  KeLeaveCriticalRegion();
#endif
}

const SAMPLE Sample = {.Run = Run};
