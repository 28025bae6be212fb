// Busy: pool, lookaside lists and memory descriptor lists.

#include "busy.h"

BOOLEAN UsePool(PDEVICE_EXTENSION Extension, ULONG Round) {
  SIZE_T Bytes = 16 + (Round * 48) % 4096;
  PVOID NonPaged = ExAllocatePoolWithTag(NonPagedPool, Bytes, BUSY_TAG);
  PVOID Paged = ExAllocatePoolWithTag(PagedPool, Bytes * 2, BUSY_TAG);
  PVOID Untagged = ExAllocatePool(NonPagedPool, Bytes);
  BOOLEAN Allocated = NonPaged != NULL && Paged != NULL && Untagged != NULL;

  // Not in the order of allocation: addresses are to be reused out of step.
  if (Paged != NULL) {
    ExFreePoolWithTag(Paged, BUSY_TAG);
  }
  if (NonPaged != NULL) {
    ExFreePoolWithTag(NonPaged, BUSY_TAG);
  }
  if (Untagged != NULL) {
    Extension->FreePool(Untagged);
  }
  return Allocated;
}

BOOLEAN UseLookasideLists(PDEVICE_EXTENSION Extension) {
  PVOID NonPaged = ExAllocateFromNPagedLookasideList(&Extension->NonPagedList);
  PVOID Paged = ExAllocateFromPagedLookasideList(&Extension->PagedList);

  if (NonPaged != NULL) {
    ExFreeToNPagedLookasideList(&Extension->NonPagedList, NonPaged);
  }
  if (Paged != NULL) {
    ExFreeToPagedLookasideList(&Extension->PagedList, Paged);
  }
  return NonPaged != NULL && Paged != NULL;
}

BOOLEAN UseMdl(ULONG Round) {
  ULONG Bytes = 512 + (Round * 512) % 16384;
  PVOID Block = ExAllocatePoolWithTag(NonPagedPool, Bytes, BUSY_TAG);
  PMDL Mdl;

  if (Block == NULL) {
    return FALSE;
  }
  Mdl = IoAllocateMdl(Block, Bytes, FALSE, FALSE, NULL);
  if (Mdl != NULL) {
    MmBuildMdlForNonPagedPool(Mdl);
    IoFreeMdl(Mdl);
  }
  ExFreePoolWithTag(Block, BUSY_TAG);
  return Mdl != NULL;
}
