// A system thread is left at unload (C7:thread): it waits for an event that nobody sets.

#include "sample.h"

static KEVENT Stop;
static KEVENT Running;

static VOID NTAPI Wait(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetEvent(&Running, IO_NO_INCREMENT, FALSE);
  KeWaitForSingleObject(&Stop, Executive, KernelMode, FALSE, NULL);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  HANDLE Handle;

  UNREFERENCED_PARAMETER(DeviceObject);
  KeInitializeEvent(&Stop, NotificationEvent, FALSE);
  KeInitializeEvent(&Running, NotificationEvent, FALSE);
  if (!NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Wait, NULL))) {
    return;
  }
  KeWaitForSingleObject(&Running, Executive, KernelMode, FALSE, NULL);
#ifdef SAMPLE_CLEAN
  KeSetEvent(&Stop, IO_NO_INCREMENT, FALSE);
  ZwWaitForSingleObject(Handle, FALSE, NULL);
#endif
  ZwClose(Handle);
}

const SAMPLE Sample = {.Run = Run};
