// A wait with a time-out takes place at DISPATCH_LEVEL (C4:122).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  LARGE_INTEGER Timeout;
  KEVENT Event;
  KIRQL Before;

  UNREFERENCED_PARAMETER(DeviceObject);
  KeInitializeEvent(&Event, NotificationEvent, TRUE);
#ifdef SAMPLE_CLEAN
  Timeout.QuadPart = 0;
#else
  Timeout.QuadPart = -10000;
#endif
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
  KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Timeout);
  KeLowerIrql(Before);
}

const SAMPLE Sample = {.Run = Run};
