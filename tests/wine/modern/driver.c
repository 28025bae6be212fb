// Modern: the device and its requests.

#include "modern.h"

DRIVER_INITIALIZE DriverEntry;

static UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\Modern");
static UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Modern");

VOID Count(PDEVICE_EXTENSION Extension, unsigned long* Counter) {
  KLOCK_QUEUE_HANDLE Handle;

  KeAcquireInStackQueuedSpinLock(&Extension->StatisticsLock, &Handle);
  ++*Counter;
  KeReleaseInStackQueuedSpinLock(&Handle);
}

VOID ExpectIrql(PDEVICE_EXTENSION Extension, KIRQL Expected) {
  if (KeGetCurrentIrql() != Expected) {
    Count(Extension, &Extension->Statistics.WrongIrqls);
  }
}

NTSTATUS CompleteRequest(PDEVICE_EXTENSION Extension, PIRP Irp, NTSTATUS Status,
                         ULONG_PTR Information) {
  Irp->IoStatus.Status = Status;
  Irp->IoStatus.Information = Information;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
  return Status;
}

static NTSTATUS Transform(PDEVICE_EXTENSION Extension, PIRP Irp, PIO_STACK_LOCATION Stack) {
  if (Stack->Parameters.DeviceIoControl.InputBufferLength == 0 ||
      Stack->Parameters.DeviceIoControl.InputBufferLength !=
          Stack->Parameters.DeviceIoControl.OutputBufferLength) {
    return CompleteRequest(Extension, Irp, STATUS_INVALID_PARAMETER, 0);
  }
  if ((Irp->MdlAddress->MdlFlags & MDL_PAGES_LOCKED) == 0) {
    Count(Extension, &Extension->Statistics.UnlockedMdls);
  }
  Enqueue(&Extension->Transfers, Irp);
  // From here on the request may be gone.
  WakeWorker(Extension);
  return STATUS_PENDING;
}

static NTSTATUS ChangeKey(PDEVICE_EXTENSION Extension, PIRP Irp, PIO_STACK_LOCATION Stack) {
  NTSTATUS Status = STATUS_INVALID_PARAMETER;

  if (Stack->Parameters.DeviceIoControl.InputBufferLength == sizeof(UCHAR)) {
    Status = SetKey(Extension, *(PUCHAR)Irp->AssociatedIrp.SystemBuffer);
  }
  return CompleteRequest(Extension, Irp, Status, 0);
}

static NTSTATUS ReadStatistics(PDEVICE_EXTENSION Extension, PIRP Irp, PIO_STACK_LOCATION Stack) {
  KLOCK_QUEUE_HANDLE Handle;

  if (Stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(MODERN_STATISTICS)) {
    return CompleteRequest(Extension, Irp, STATUS_BUFFER_TOO_SMALL, 0);
  }
  KeAcquireInStackQueuedSpinLock(&Extension->StatisticsLock, &Handle);
  *(MODERN_STATISTICS*)Irp->AssociatedIrp.SystemBuffer = Extension->Statistics;
  KeReleaseInStackQueuedSpinLock(&Handle);
  return CompleteRequest(Extension, Irp, STATUS_SUCCESS, sizeof(MODERN_STATISTICS));
}

// Entered with the cancel lock held, at the level that goes with it.
static VOID NTAPI CancelParked(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;

  ExpectIrql(Extension, DISPATCH_LEVEL);
  IoReleaseCancelSpinLock(Irp->CancelIrql);
  ExpectIrql(Extension, PASSIVE_LEVEL);
  Count(Extension, &Extension->Statistics.Cancelled);
  CompleteRequest(Extension, Irp, STATUS_CANCELLED, 0);
}

static NTSTATUS ParkAlone(PDEVICE_EXTENSION Extension, PIRP Irp) {
  IoMarkIrpPending(Irp);
  IoSetCancelRoutine(Irp, CancelParked);
  // Cancelled before it could be seen: whoever takes the routine out completes the request.
  if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
    CompleteRequest(Extension, Irp, STATUS_CANCELLED, 0);
  }
  return STATUS_PENDING;
}

static NTSTATUS NTAPI DispatchOpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  Irp->IoStatus.Status = STATUS_SUCCESS;
  Irp->IoStatus.Information = 0;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return STATUS_SUCCESS;
}

static NTSTATUS NTAPI DispatchDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;
  PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
  NTSTATUS Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);

  if (!NT_SUCCESS(Status)) {
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
  }
  switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_MODERN_TRANSFORM:
      return Transform(Extension, Irp, Stack);
    case IOCTL_MODERN_SET_KEY:
      return ChangeKey(Extension, Irp, Stack);
    case IOCTL_MODERN_PARK:
      return Enqueue(&Extension->Parked, Irp);
    case IOCTL_MODERN_PARK_ALONE:
      return ParkAlone(Extension, Irp);
    case IOCTL_MODERN_STATISTICS:
      return ReadStatistics(Extension, Irp, Stack);
    default:
      return CompleteRequest(Extension, Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  PDEVICE_OBJECT DeviceObject = DriverObject->DeviceObject;
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;

  IoDeleteSymbolicLink(&LinkName);
  KeFlushQueuedDpcs();
  // A remove lock can only be waited for by one of its holders.
  IoAcquireRemoveLock(&Extension->RemoveLock, DriverObject);
  IoReleaseRemoveLockAndWait(&Extension->RemoveLock, DriverObject);
  FinishTransform(Extension);
  IoDeleteDevice(DeviceObject);
}

static NTSTATUS InitializeDevice(PDEVICE_OBJECT DeviceObject) {
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;

  IoInitializeRemoveLock(&Extension->RemoveLock, MODERN_TAG, 0, 0);
  KeInitializeSpinLock(&Extension->StatisticsLock);
  InitializeQueue(&Extension->Transfers, Extension);
  InitializeQueue(&Extension->Parked, Extension);
  return InitializeTransform(DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  PDEVICE_OBJECT DeviceObject;
  NTSTATUS Status;

  UNREFERENCED_PARAMETER(RegistryPath);
  Status = IoCreateDevice(DriverObject, sizeof(DEVICE_EXTENSION), &DeviceName, FILE_DEVICE_UNKNOWN,
                          FILE_DEVICE_SECURE_OPEN, FALSE, &DeviceObject);
  if (!NT_SUCCESS(Status)) {
    return Status;
  }
  DeviceObject->Flags |= DO_DIRECT_IO;
  Status = InitializeDevice(DeviceObject);
  if (!NT_SUCCESS(Status)) {
    IoDeleteDevice(DeviceObject);
    return Status;
  }
  DriverObject->MajorFunction[IRP_MJ_CREATE] = DispatchOpenClose;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = DispatchOpenClose;
  DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchDeviceControl;
  DriverObject->DriverUnload = Unload;
  Status = IoCreateSymbolicLink(&LinkName, &DeviceName);
  if (!NT_SUCCESS(Status)) {
    FinishTransform(DeviceObject->DeviceExtension);
    IoDeleteDevice(DeviceObject);
    return Status;
  }
  DeviceObject->Flags &= ~DO_DEVICE_INITIALIZING;
  return STATUS_SUCCESS;
}
