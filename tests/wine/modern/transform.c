// Modern: from the wake-up to the completed request.

#include "modern.h"

static VOID TransformBytes(PUCHAR Target, const UCHAR* Source, ULONG Bytes, UCHAR Key) {
  while (Bytes != 0) {
    --Bytes;
    Target[Bytes] = Source[Bytes] ^ Key;
  }
}

// Readers share the key; whoever changes it is alone.
static UCHAR CurrentKey(PDEVICE_EXTENSION Extension) {
  UCHAR Value;

  KeEnterCriticalRegion();
  ExAcquireResourceSharedLite(&Extension->KeyResource, TRUE);
  Value = Extension->Key->Value;
  ExReleaseResourceLite(&Extension->KeyResource);
  KeLeaveCriticalRegion();
  return Value;
}

NTSTATUS SetKey(PDEVICE_EXTENSION Extension, UCHAR Value) {
  PKEY Key = ExAllocatePool2(POOL_FLAG_PAGED, sizeof(*Key), MODERN_TAG);
  PKEY Old;

  if (Key == NULL) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  Key->Value = Value;
  ExEnterCriticalRegionAndAcquireResourceExclusive(&Extension->KeyResource);
  Old = Extension->Key;
  Extension->Key = Key;
  ExReleaseResourceAndLeaveCriticalRegion(&Extension->KeyResource);
  ExFreePoolWithTag(Old, MODERN_TAG);
  return STATUS_SUCCESS;
}

// The output is direct: the pages are locked, and mapped here. The first half goes through an MDL
// of its own, as a driver does that splits a transfer in two.
static NTSTATUS TransformIrp(PDEVICE_EXTENSION Extension, PIRP Irp, PULONG_PTR Information) {
  PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
  ULONG Bytes = Stack->Parameters.DeviceIoControl.InputBufferLength;
  const UCHAR* Source = Irp->AssociatedIrp.SystemBuffer;
  PUCHAR Start = MmGetMdlVirtualAddress(Irp->MdlAddress);
  UCHAR Key = CurrentKey(Extension);
  ULONG Half = Bytes / 2;
  PUCHAR Whole = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
  PUCHAR Mapped;
  PMDL Part;

  if (Whole == NULL) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  TransformBytes(Whole + Half, Source + Half, Bytes - Half, Key);
  *Information = Bytes;
  if (Half == 0) {
    return STATUS_SUCCESS;
  }
  Part = IoAllocateMdl(Start, Half, FALSE, FALSE, NULL);
  if (Part == NULL) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  IoBuildPartialMdl(Irp->MdlAddress, Part, Start, Half);
  Mapped = MmGetSystemAddressForMdlSafe(Part, NormalPagePriority);
  if (Mapped != NULL) {
    TransformBytes(Mapped, Source, Half, Key);
  }
  IoFreeMdl(Part);
  return Mapped != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static VOID TransformAll(PDEVICE_EXTENSION Extension) {
  PIRP Irp;

  while ((Irp = Dequeue(&Extension->Transfers)) != NULL) {
    ULONG_PTR Information = 0;
    NTSTATUS Status = TransformIrp(Extension, Irp, &Information);

    Count(Extension, &Extension->Statistics.Transformed);
    CompleteRequest(Extension, Irp, Status, Information);
  }
}

static VOID NTAPI Work(PVOID IoObject, PVOID Context, PIO_WORKITEM WorkItem) {
  PDEVICE_EXTENSION Extension = Context;

  UNREFERENCED_PARAMETER(IoObject);
  UNREFERENCED_PARAMETER(WorkItem);
  ExpectIrql(Extension, PASSIVE_LEVEL);
  // First: what is enqueued from here on wakes a worker again.
  InterlockedExchange(&Extension->WorkerQueued, FALSE);
  TransformAll(Extension);
  IoReleaseRemoveLock(&Extension->RemoveLock, Extension->Worker);
}

// A threaded DPC must do at either level.
static VOID NTAPI Wake(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
  PDEVICE_EXTENSION Extension = Context;

  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Argument1);
  UNREFERENCED_PARAMETER(Argument2);
  if (InterlockedExchange(&Extension->WorkerQueued, TRUE)) {
    return;
  }
  if (!NT_SUCCESS(IoAcquireRemoveLock(&Extension->RemoveLock, Extension->Worker))) {
    return;
  }
  IoQueueWorkItemEx(Extension->Worker, Work, DelayedWorkQueue, Extension);
}

VOID WakeWorker(PDEVICE_EXTENSION Extension) { KeInsertQueueDpc(&Extension->WakeDpc, NULL, NULL); }

NTSTATUS InitializeTransform(PDEVICE_OBJECT DeviceObject) {
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;

  KeInitializeThreadedDpc(&Extension->WakeDpc, Wake, Extension);
  Extension->Key = ExAllocatePool2(POOL_FLAG_PAGED, sizeof(*Extension->Key), MODERN_TAG);
  if (Extension->Key == NULL) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  Extension->Worker = IoAllocateWorkItem(DeviceObject);
  if (Extension->Worker == NULL) {
    ExFreePoolWithTag(Extension->Key, MODERN_TAG);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  return ExInitializeResourceLite(&Extension->KeyResource);
}

VOID FinishTransform(PDEVICE_EXTENSION Extension) {
  ExDeleteResourceLite(&Extension->KeyResource);
  IoFreeWorkItem(Extension->Worker);
  ExFreePoolWithTag(Extension->Key, MODERN_TAG);
}
