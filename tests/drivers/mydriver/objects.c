// MyDriver: what a transfer needs before it can start, and how all of it is given back.

#include "mydriver.h"

DECLSPEC_NOINLINE NTSTATUS GetNecessaryObjects(PDEVICE_OBJECT DeviceObject,
                                               PTRANSFER_OBJECTS Objects) {
  Objects->WorkItem = IoAllocateWorkItem(DeviceObject);
  return Objects->WorkItem == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

DECLSPEC_NOINLINE VOID ReleaseObjects(PTRANSFER_OBJECTS Objects) {
  if (Objects->Mdl != NULL) {
    IoFreeMdl(Objects->Mdl);
  }
  if (Objects->Block != NULL) {
    ExFreePoolWithTag(Objects->Block, MYDRIVER_TAG);
  }
  if (Objects->WorkItem != NULL) {
    IoFreeWorkItem(Objects->WorkItem);
  }
  Objects->Mdl = NULL;
  Objects->Block = NULL;
  Objects->WorkItem = NULL;
}
