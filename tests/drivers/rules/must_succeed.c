// Must-succeed pool is asked for (C4:3).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
#ifdef SAMPLE_CLEAN
  const POOL_TYPE Type = NonPagedPool;
#else
  const POOL_TYPE Type = NonPagedPoolMustSucceed;
#endif
  PVOID Block = ExAllocatePoolWithTag(Type, 64, SAMPLE_TAG);

  UNREFERENCED_PARAMETER(DeviceObject);
  if (Block != NULL) {
    ExFreePoolWithTag(Block, SAMPLE_TAG);
  }
}

const SAMPLE Sample = {.Run = Run};
