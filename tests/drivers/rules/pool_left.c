// Pool is left at unload (C4:62).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  PVOID Block = ExAllocatePoolWithTag(NonPagedPool, 64, SAMPLE_TAG);

  UNREFERENCED_PARAMETER(DeviceObject);
#ifdef SAMPLE_CLEAN
  if (Block != NULL) {
    ExFreePoolWithTag(Block, SAMPLE_TAG);
  }
#else
  UNREFERENCED_PARAMETER(Block);
#endif
}

const SAMPLE Sample = {.Run = Run};
