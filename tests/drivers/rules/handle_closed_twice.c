// A handle is closed twice (93:handle).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  OBJECT_ATTRIBUTES Attributes;
  HANDLE Handle;

  UNREFERENCED_PARAMETER(DeviceObject);
  InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  if (!NT_SUCCESS(
          ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, &Attributes, NotificationEvent, FALSE))) {
    return;
  }
  ZwClose(Handle);
#ifndef SAMPLE_CLEAN
  ZwClose(Handle);
#endif
}

const SAMPLE Sample = {.Run = Run};
