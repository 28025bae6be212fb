// Busy: what runs on another thread or in a DPC: work items, a system thread, a timer.

#include "busy.h"

#define THREAD_ROUNDS 8

#define ONE_MILLISECOND_100NS (10LL * 1000)
#define ONE_HOUR_100NS (60LL * 60 * 10 * 1000 * 1000)

// Documented for drivers, but declared in ntifs.h only.
NTSYSAPI NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable,
                                              PLARGE_INTEGER Timeout);

typedef struct _THREAD_CONTEXT {
  PDEVICE_EXTENSION Extension;
  BOOLEAN Succeeded;
} THREAD_CONTEXT, *PTHREAD_CONTEXT;

static VOID NTAPI TimerDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
  PDEVICE_EXTENSION Extension = Context;

  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Argument1);
  UNREFERENCED_PARAMETER(Argument2);
  KeAcquireSpinLockAtDpcLevel(&Extension->CountLock);
  ++Extension->Count;
  KeReleaseSpinLockFromDpcLevel(&Extension->CountLock);
  KeSetEvent(&Extension->TimerFired, IO_NO_INCREMENT, FALSE);
}

VOID InitializeDeferred(PDEVICE_EXTENSION Extension) {
  KeInitializeTimer(&Extension->Timer);
  KeInitializeDpc(&Extension->TimerDpc, TimerDpc, Extension);
  KeInitializeEvent(&Extension->TimerFired, SynchronizationEvent, FALSE);
}

// Once to expiry, once cancelled before it.
VOID UseTimer(PDEVICE_EXTENSION Extension) {
  LARGE_INTEGER DueTime;

  DueTime.QuadPart = -ONE_MILLISECOND_100NS;
  KeSetTimer(&Extension->Timer, DueTime, &Extension->TimerDpc);
  KeWaitForSingleObject(&Extension->TimerFired, Executive, KernelMode, FALSE, NULL);
  // The timer has expired, so on Windows this does nothing. Wine's KeSetTimer would wait for the
  // DPC to return while it holds a lock that the DPC's return needs; Wine's KeCancelTimer does not.
  KeCancelTimer(&Extension->Timer);

  DueTime.QuadPart = -ONE_HOUR_100NS;
  KeSetTimer(&Extension->Timer, DueTime, &Extension->TimerDpc);
  KeCancelTimer(&Extension->Timer);
  KeFlushQueuedDpcs();
}

static VOID NTAPI SetEventWorker(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject);
  KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
}

BOOLEAN UseWorkItem(PDEVICE_OBJECT DeviceObject) {
  PIO_WORKITEM WorkItem = IoAllocateWorkItem(DeviceObject);
  KEVENT Done;

  if (WorkItem == NULL) {
    return FALSE;
  }
  KeInitializeEvent(&Done, NotificationEvent, FALSE);
  IoQueueWorkItem(WorkItem, SetEventWorker, DelayedWorkQueue, &Done);
  KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
  IoFreeWorkItem(WorkItem);
  return TRUE;
}

static VOID NTAPI PoolThread(PVOID Context) {
  PTHREAD_CONTEXT Thread = Context;
  ULONG Round;

  for (Round = 0; Round < THREAD_ROUNDS; ++Round) {
    Thread->Succeeded &= UsePool(Thread->Extension, Round) && UseMdl(Round);
    UseLocks(Thread->Extension);
  }
  PsTerminateSystemThread(STATUS_SUCCESS);
}

// The thread and its maker work at once, so that their calls interleave.
BOOLEAN UseSystemThread(PDEVICE_EXTENSION Extension) {
  THREAD_CONTEXT Context = {Extension, TRUE};
  BOOLEAN Succeeded = TRUE;
  OBJECT_ATTRIBUTES Attributes;
  HANDLE Handle;
  PVOID Thread;
  ULONG Round;

  // A request runs in its caller's process, where any other handle would be the caller's to use.
  InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  if (!NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NULL, NULL,
                                       PoolThread, &Context))) {
    return FALSE;
  }
  for (Round = 0; Round < THREAD_ROUNDS; ++Round) {
    Succeeded &= UsePool(Extension, Round);
  }
  // By handle the wait would do as well; by object is what a driver needs that closes it early.
  if (!NT_SUCCESS(
          ObReferenceObjectByHandle(Handle, SYNCHRONIZE, NULL, KernelMode, &Thread, NULL))) {
    ZwWaitForSingleObject(Handle, FALSE, NULL);
    ZwClose(Handle);
    return FALSE;
  }
  ZwClose(Handle);
  KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
  ObDereferenceObject(Thread);
  return Succeeded && Context.Succeeded;
}
