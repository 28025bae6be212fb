// KeLowerIrql is asked for a higher level (C4:31). By its exported form: inlined, it would be seen
// as a raise.

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  KIRQL Before;

  UNREFERENCED_PARAMETER(DeviceObject);
#ifdef SAMPLE_CLEAN
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
#else
  Before = KeGetCurrentIrql();
  ExportedLowerIrql(DISPATCH_LEVEL);
#endif
  KeLowerIrql(Before);
}

const SAMPLE Sample = {.Run = Run};
