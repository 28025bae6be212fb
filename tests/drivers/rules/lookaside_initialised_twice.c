// A lookaside list is initialised while it is in use (C4:CA).

#include "sample.h"

static NPAGED_LOOKASIDE_LIST List;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  UNREFERENCED_PARAMETER(DeviceObject);
  ExInitializeNPagedLookasideList(&List, NULL, NULL, 0, 64, SAMPLE_TAG, 0);
#ifdef SAMPLE_CLEAN
  ExDeleteNPagedLookasideList(&List);
#endif
  ExInitializeNPagedLookasideList(&List, NULL, NULL, 0, 64, SAMPLE_TAG, 0);
  ExDeleteNPagedLookasideList(&List);
}

const SAMPLE Sample = {.Run = Run};
