// An object is dereferenced once more than it was referenced (C4:3F).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  OBJECT_ATTRIBUTES Attributes;
  HANDLE Handle;
  PVOID Event;

  UNREFERENCED_PARAMETER(DeviceObject);
  InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  if (!NT_SUCCESS(
          ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, &Attributes, NotificationEvent, FALSE))) {
    return;
  }
  if (!NT_SUCCESS(
          ObReferenceObjectByHandle(Handle, EVENT_ALL_ACCESS, NULL, KernelMode, &Event, NULL))) {
    ZwClose(Handle);
    return;
  }
  ZwClose(Handle);
  ObDereferenceObject(Event);
#ifndef SAMPLE_CLEAN
  ObDereferenceObject(Event);
#endif
}

const SAMPLE Sample = {.Run = Run};
