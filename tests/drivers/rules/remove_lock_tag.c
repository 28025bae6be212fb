// A remove lock is released with a tag that it was not acquired with (C4:D5).

#include "sample.h"

static IO_REMOVE_LOCK Lock;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  UNREFERENCED_PARAMETER(DeviceObject);
  IoInitializeRemoveLock(&Lock, SAMPLE_TAG, 0, 0);
  if (!NT_SUCCESS(IoAcquireRemoveLock(&Lock, (PVOID)1))) {
    return;
  }
#ifdef SAMPLE_CLEAN
  IoReleaseRemoveLock(&Lock, (PVOID)1);
#else
  IoReleaseRemoveLock(&Lock, (PVOID)2);
#endif
}

const SAMPLE Sample = {.Run = Run};
