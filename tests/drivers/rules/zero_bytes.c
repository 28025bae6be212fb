// Pool of no bytes is asked for (C4:0).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
#ifdef SAMPLE_CLEAN
  const SIZE_T Bytes = 1;
#else
  const SIZE_T Bytes = 0;
#endif
  PVOID Block = ExAllocatePoolWithTag(NonPagedPool, Bytes, SAMPLE_TAG);

  UNREFERENCED_PARAMETER(DeviceObject);
  if (Block != NULL) {
    ExFreePoolWithTag(Block, SAMPLE_TAG);
  }
}

const SAMPLE Sample = {.Run = Run};
