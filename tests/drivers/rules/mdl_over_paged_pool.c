// MmBuildMdlForNonPagedPool is called for paged pool (C4:7F).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
#ifdef SAMPLE_CLEAN
  PVOID Block = ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, SAMPLE_TAG);
#else
  PVOID Block = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, SAMPLE_TAG);
#endif
  PMDL Mdl = IoAllocateMdl(Block, PAGE_SIZE, FALSE, FALSE, NULL);

  UNREFERENCED_PARAMETER(DeviceObject);
  if (Block != NULL && Mdl != NULL) {
    MmBuildMdlForNonPagedPool(Mdl);
  }
  if (Mdl != NULL) {
    IoFreeMdl(Mdl);
  }
  if (Block != NULL) {
    ExFreePoolWithTag(Block, SAMPLE_TAG);
  }
}

const SAMPLE Sample = {.Run = Run};
