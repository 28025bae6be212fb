// Pool is freed with a live ERESOURCE in it (C4:D2).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  PERESOURCE Resource = ExAllocatePoolWithTag(NonPagedPool, sizeof(ERESOURCE), SAMPLE_TAG);

  UNREFERENCED_PARAMETER(DeviceObject);
  if (Resource == NULL) {
    return;
  }
  ExInitializeResourceLite(Resource);
  KeEnterCriticalRegion();
  ExAcquireResourceExclusiveLite(Resource, TRUE);
  ExReleaseResourceLite(Resource);
  KeLeaveCriticalRegion();
#ifdef SAMPLE_CLEAN
  ExDeleteResourceLite(Resource);
#endif
  ExFreePoolWithTag(Resource, SAMPLE_TAG);
}

const SAMPLE Sample = {.Run = Run};
