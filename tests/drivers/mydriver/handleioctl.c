// MyDriver: the device control requests.

#include "mydriver.h"

typedef struct _SUM_REQUEST {
  KEVENT Done;
  PUCHAR Data;
  ULONG Length;
  ULONG Sum;
} SUM_REQUEST, *PSUM_REQUEST;

static VOID NTAPI SumWorker(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  PSUM_REQUEST Request = Context;
  ULONG Index;

  UNREFERENCED_PARAMETER(DeviceObject);
  for (Index = 0; Index < Request->Length; ++Index) {
    Request->Sum += Request->Data[Index];
  }
  KeSetEvent(&Request->Done, IO_NO_INCREMENT, FALSE);
}

static DECLSPEC_NOINLINE ULONG SumOnWorker(PTRANSFER_OBJECTS Objects) {
  SUM_REQUEST Request;

  KeInitializeEvent(&Request.Done, NotificationEvent, FALSE);
  Request.Data = MmGetMdlVirtualAddress(Objects->Mdl);
  Request.Length = MmGetMdlByteCount(Objects->Mdl);
  Request.Sum = 0;
  IoQueueWorkItem(Objects->WorkItem, SumWorker, DelayedWorkQueue, &Request);
  KeWaitForSingleObject(&Request.Done, Executive, KernelMode, FALSE, NULL);
  return Request.Sum;
}

// Hands the three objects over to the device, which can hold one set.
static BOOLEAN HoldObjects(PDEVICE_EXTENSION Extension, PTRANSFER_OBJECTS Objects) {
  BOOLEAN Free;

  ExAcquireFastMutex(&Extension->HeldLock);
  Free = Extension->Held.WorkItem == NULL;
  if (Free) {
    Extension->Held = *Objects;
    RtlZeroMemory(Objects, sizeof(*Objects));
  }
  ExReleaseFastMutex(&Extension->HeldLock);
  return Free;
}

static NTSTATUS CheckRequest(PIO_STACK_LOCATION Stack) {
  ULONG Code = Stack->Parameters.DeviceIoControl.IoControlCode;
  ULONG Length = Stack->Parameters.DeviceIoControl.InputBufferLength;

  if (Code != IOCTL_MYDRIVER_TRANSFER && Code != IOCTL_MYDRIVER_HOLD) {
    return STATUS_INVALID_DEVICE_REQUEST;
  }
  if (Length == 0 || Length > MYDRIVER_MAX_TRANSFER) {
    return STATUS_INVALID_PARAMETER;
  }
  if (Stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(ULONG)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  return STATUS_SUCCESS;
}

// Takes over Objects, whatever it returns: they end freed or held by the device.
DECLSPEC_NOINLINE NTSTATUS DeviceControlDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                                 PTRANSFER_OBJECTS Objects) {
  PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
  ULONG Length = Stack->Parameters.DeviceIoControl.InputBufferLength;
  NTSTATUS Status;

  Status = CheckRequest(Stack);
  if (!NT_SUCCESS(Status)) {
    goto Release;
  }
  Status = STATUS_INSUFFICIENT_RESOURCES;
  Objects->Block = ExAllocatePoolWithTag(NonPagedPool, sizeof(TRANSFER_BLOCK), MYDRIVER_TAG);
  if (Objects->Block == NULL) {
    goto Release;
  }
  Objects->Block->Owner = DeviceObject;
  RtlCopyMemory(Objects->Block->Data, Irp->AssociatedIrp.SystemBuffer, Length);
  Objects->Mdl = IoAllocateMdl(Objects->Block->Data, Length, FALSE, FALSE, NULL);
  if (Objects->Mdl == NULL) {
    goto Release;
  }
  MmBuildMdlForNonPagedPool(Objects->Mdl);

  *(PULONG)Irp->AssociatedIrp.SystemBuffer = SumOnWorker(Objects);
  Irp->IoStatus.Information = sizeof(ULONG);
  Status = STATUS_SUCCESS;
  if (Stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_MYDRIVER_HOLD &&
      !HoldObjects(DeviceObject->DeviceExtension, Objects)) {
    Irp->IoStatus.Information = 0;
    Status = STATUS_DEVICE_BUSY;
  }
  // After a successful hold Objects is empty, and this does nothing.
Release:
  ReleaseObjects(Objects);
  return Status;
}
