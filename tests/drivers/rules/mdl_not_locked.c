// MmUnlockPages is called for an MDL that was never locked (C4:7C).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  PVOID Block = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, SAMPLE_TAG);
  PMDL Mdl = IoAllocateMdl(Block, PAGE_SIZE, FALSE, FALSE, NULL);

  UNREFERENCED_PARAMETER(DeviceObject);
  if (Block != NULL && Mdl != NULL) {
#ifdef SAMPLE_CLEAN
    MmProbeAndLockPages(Mdl, KernelMode, IoWriteAccess);
#endif
    MmUnlockPages(Mdl);
  }
  if (Mdl != NULL) {
    IoFreeMdl(Mdl);
  }
  if (Block != NULL) {
    ExFreePoolWithTag(Block, SAMPLE_TAG);
  }
}

const SAMPLE Sample = {.Run = Run};
