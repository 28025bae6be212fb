// An armed timer lies in the image that is unloaded (C7:0). It is due in an hour.

#include "sample.h"

static KTIMER Timer;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  LARGE_INTEGER DueTime;

  UNREFERENCED_PARAMETER(DeviceObject);
  DueTime.QuadPart = -36000000000LL;
  KeInitializeTimer(&Timer);
  KeSetTimer(&Timer, DueTime, NULL);
}

static VOID Unload(VOID) {
#ifdef SAMPLE_CLEAN
  KeCancelTimer(&Timer);
#endif
}

const SAMPLE Sample = {.Run = Run, .Unload = Unload};
