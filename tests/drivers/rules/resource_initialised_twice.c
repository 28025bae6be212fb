// An ERESOURCE is initialised while it is in use (C4:D0).

#include "sample.h"

static ERESOURCE Resource;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  UNREFERENCED_PARAMETER(DeviceObject);
  ExInitializeResourceLite(&Resource);
#ifdef SAMPLE_CLEAN
  ExDeleteResourceLite(&Resource);
#endif
  ExInitializeResourceLite(&Resource);
  ExDeleteResourceLite(&Resource);
}

const SAMPLE Sample = {.Run = Run};
