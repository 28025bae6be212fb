// MmUnlockPages is called for a partial MDL (C4:B4).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  PVOID Block = ExAllocatePoolWithTag(PagedPool, 2 * PAGE_SIZE, SAMPLE_TAG);
  PMDL Whole = IoAllocateMdl(Block, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
  PMDL Part = IoAllocateMdl(Block, PAGE_SIZE, FALSE, FALSE, NULL);

  UNREFERENCED_PARAMETER(DeviceObject);
  if (Block != NULL && Whole != NULL && Part != NULL) {
    MmProbeAndLockPages(Whole, KernelMode, IoWriteAccess);
    IoBuildPartialMdl(Whole, Part, Block, PAGE_SIZE);
#ifndef SAMPLE_CLEAN
    MmUnlockPages(Part);
#endif
    MmPrepareMdlForReuse(Part);
    MmUnlockPages(Whole);
  }
  if (Part != NULL) {
    IoFreeMdl(Part);
  }
  if (Whole != NULL) {
    IoFreeMdl(Whole);
  }
  if (Block != NULL) {
    ExFreePoolWithTag(Block, SAMPLE_TAG);
  }
}

const SAMPLE Sample = {.Run = Run};
