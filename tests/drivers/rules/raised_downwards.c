// KeRaiseIrql is asked for a lower level (C4:30).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  KIRQL Before;
  KIRQL Between;

  UNREFERENCED_PARAMETER(DeviceObject);
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
#ifdef SAMPLE_CLEAN
  KeRaiseIrql(DISPATCH_LEVEL, &Between);
#else
  KeRaiseIrql(APC_LEVEL, &Between);
#endif
  KeLowerIrql(Between);
  KeLowerIrql(Before);
}

const SAMPLE Sample = {Run, NULL};
