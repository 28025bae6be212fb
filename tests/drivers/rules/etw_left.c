// An ETW registration is left at unload (C4:DD).

#include "sample.h"

static const GUID Provider = {0x5a6d2c91, 0x11b0, 0x4f0e, {1, 2, 3, 4, 5, 6, 7, 8}};

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  REGHANDLE Registration;

  UNREFERENCED_PARAMETER(DeviceObject);
  if (!NT_SUCCESS(EtwRegister(&Provider, NULL, NULL, &Registration))) {
    return;
  }
#ifdef SAMPLE_CLEAN
  EtwUnregister(Registration);
#endif
}

const SAMPLE Sample = {.Run = Run};
