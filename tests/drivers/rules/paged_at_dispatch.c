// Paged pool is asked for above APC_LEVEL (C4:1), with an inline KeRaiseIrql.

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  KIRQL Before;
  PVOID Block;

  UNREFERENCED_PARAMETER(DeviceObject);
#ifdef SAMPLE_CLEAN
  Block = ExAllocatePoolWithTag(PagedPool, 64, SAMPLE_TAG);
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
#else
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
  Block = ExAllocatePoolWithTag(PagedPool, 64, SAMPLE_TAG);
#endif
  KeLowerIrql(Before);
  if (Block != NULL) {
    ExFreePoolWithTag(Block, SAMPLE_TAG);
  }
}

const SAMPLE Sample = {.Run = Run};
