// An IRP is freed as pool (C4:105).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  PIRP Irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);

  if (Irp == NULL) {
    return;
  }
#ifdef SAMPLE_CLEAN
  IoFreeIrp(Irp);
#else
  ExFreePool(Irp);
#endif
}

const SAMPLE Sample = {.Run = Run};
