// KeRaiseIrql is asked for a lower level (C4:30). By its exported form: inlined, it would be seen
// as a lowering.

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  KIRQL Before;
  KIRQL Between;

  UNREFERENCED_PARAMETER(DeviceObject);
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
#ifdef SAMPLE_CLEAN
  Between = ExportedRaiseIrql(DISPATCH_LEVEL);
#else
  Between = ExportedRaiseIrql(APC_LEVEL);
#endif
  KeLowerIrql(Between);
  KeLowerIrql(Before);
}

const SAMPLE Sample = {.Run = Run};
