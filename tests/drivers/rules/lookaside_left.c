// A lookaside list is left at unload (C7:lookaside).

#include "sample.h"

static NPAGED_LOOKASIDE_LIST List;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  PVOID Entry;

  UNREFERENCED_PARAMETER(DeviceObject);
  ExInitializeNPagedLookasideList(&List, NULL, NULL, 0, 64, SAMPLE_TAG, 0);
  Entry = ExAllocateFromNPagedLookasideList(&List);
  if (Entry != NULL) {
    ExFreeToNPagedLookasideList(&List, Entry);
  }
#ifdef SAMPLE_CLEAN
  ExDeleteNPagedLookasideList(&List);
#endif
}

const SAMPLE Sample = {.Run = Run};
