// Busy: the device, and how much of each kind of work a run does.

#include "busy.h"

DRIVER_INITIALIZE DriverEntry;

static UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\Busy");
static UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Busy");
static UNICODE_STRING ScratchLinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\BusyScratch");

static BOOLEAN UseSymbolicLink(VOID) {
  return NT_SUCCESS(IoCreateSymbolicLink(&ScratchLinkName, &DeviceName)) &&
         NT_SUCCESS(IoDeleteSymbolicLink(&ScratchLinkName));
}

static DECLSPEC_NOINLINE BOOLEAN RunOnce(PDEVICE_OBJECT DeviceObject, ULONG Round) {
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;
  BOOLEAN Succeeded;

  Succeeded = UsePool(Extension, Round) && UseLookasideLists(Extension) && UseMdl(Round);
  UseLocks(Extension);
  UseEvents();
  if (Round % 16 == 0) {
    Succeeded &= UseWorkItem(DeviceObject);
  }
  if (Round % 64 == 0) {
    Succeeded &= UseSystemThread(Extension) && UseSymbolicLink();
    UseTimer(Extension);
  }
  return Succeeded;
}

static ULONG Run(PDEVICE_OBJECT DeviceObject, ULONG Rounds) {
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;
  ULONG Succeeded = 0;
  ULONG Round;

  KeWaitForSingleObject(&Extension->RunMutex, Executive, KernelMode, FALSE, NULL);
  for (Round = 0; Round < Rounds; ++Round) {
    Succeeded += RunOnce(DeviceObject, Round);
  }
  KeReleaseMutex(&Extension->RunMutex, FALSE);
  return Succeeded;
}

static NTSTATUS CompleteRequest(PIRP Irp, NTSTATUS Status, ULONG_PTR Information) {
  Irp->IoStatus.Status = Status;
  Irp->IoStatus.Information = Information;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return Status;
}

static NTSTATUS NTAPI DispatchOpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return CompleteRequest(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI DispatchDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
  PULONG Rounds = Irp->AssociatedIrp.SystemBuffer;

  if (Stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_BUSY_RUN) {
    return CompleteRequest(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
  if (Stack->Parameters.DeviceIoControl.InputBufferLength != sizeof(ULONG) ||
      Stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(ULONG)) {
    return CompleteRequest(Irp, STATUS_INVALID_PARAMETER, 0);
  }
  *Rounds = Run(DeviceObject, *Rounds);
  return CompleteRequest(Irp, STATUS_SUCCESS, sizeof(ULONG));
}

static VOID DeleteDevice(PDEVICE_OBJECT DeviceObject) {
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;

  ExDeletePagedLookasideList(&Extension->PagedList);
  ExDeleteNPagedLookasideList(&Extension->NonPagedList);
  IoDeleteDevice(DeviceObject);
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  IoDeleteSymbolicLink(&LinkName);
  DeleteDevice(DriverObject->DeviceObject);
}

static NTSTATUS InitializeExtension(PDEVICE_EXTENSION Extension) {
  UNICODE_STRING FreePoolName = RTL_CONSTANT_STRING(L"ExFreePool");

  Extension->FreePool = (FREE_POOL_ROUTINE)MmGetSystemRoutineAddress(&FreePoolName);
  if (Extension->FreePool == NULL) {
    return STATUS_PROCEDURE_NOT_FOUND;
  }
  KeInitializeMutex(&Extension->RunMutex, 0);
  KeInitializeSpinLock(&Extension->CountLock);
  ExInitializeNPagedLookasideList(&Extension->NonPagedList, NULL, NULL, 0, 96, BUSY_TAG, 0);
  ExInitializePagedLookasideList(&Extension->PagedList, NULL, NULL, 0, 256, BUSY_TAG, 0);
  InitializeDeferred(Extension);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  PDEVICE_OBJECT DeviceObject;
  NTSTATUS Status;

  UNREFERENCED_PARAMETER(RegistryPath);
  Status = IoCreateDevice(DriverObject, sizeof(DEVICE_EXTENSION), &DeviceName, FILE_DEVICE_UNKNOWN,
                          0, FALSE, &DeviceObject);
  if (!NT_SUCCESS(Status)) {
    return Status;
  }
  // The link last: with it the device can be opened, and has to be ready.
  Status = InitializeExtension(DeviceObject->DeviceExtension);
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
    DeleteDevice(DeviceObject);
  }
  return Status;
}
