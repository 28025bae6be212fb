// An ERESOURCE is acquired while normal kernel APCs can run (C4:37, and C4:38 where it is
// released): a finding on Windows only, as under Wine nobody knows whose thread it is.

#include "sample.h"

static ERESOURCE Resource;

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  UNREFERENCED_PARAMETER(DeviceObject);
  ExInitializeResourceLite(&Resource);
#ifdef SAMPLE_CLEAN
  KeEnterCriticalRegion();
#endif
  ExAcquireResourceExclusiveLite(&Resource, TRUE);
  ExReleaseResourceLite(&Resource);
#ifdef SAMPLE_CLEAN
  KeLeaveCriticalRegion();
#endif
  ExDeleteResourceLite(&Resource);
}

const SAMPLE Sample = {.Run = Run};
