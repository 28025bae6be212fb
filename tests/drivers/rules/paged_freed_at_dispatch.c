// Paged pool is freed above APC_LEVEL (C4:11).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  KIRQL Before;
  PVOID Block = ExAllocatePoolWithTag(PagedPool, 64, SAMPLE_TAG);

  UNREFERENCED_PARAMETER(DeviceObject);
  if (Block == NULL) {
    return;
  }
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
#ifdef SAMPLE_CLEAN
  KeLowerIrql(Before);
  ExFreePoolWithTag(Block, SAMPLE_TAG);
#else
  ExFreePoolWithTag(Block, SAMPLE_TAG);
  KeLowerIrql(Before);
#endif
}

const SAMPLE Sample = {.Run = Run};
