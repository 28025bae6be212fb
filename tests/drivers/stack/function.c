// StackFunction: the lower driver of a stack, with a device of its own.

#include <wdm.h>

#include "stack_ioctl.h"

#define FUNCTION_TAG 'cnFS'  // reads "SFnc" in memory

DRIVER_INITIALIZE DriverEntry;

static UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\StackFunction");
static UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\StackFunction");

static NTSTATUS CompleteRequest(PIRP Irp, NTSTATUS Status, ULONG_PTR Bytes) {
  Irp->IoStatus.Status = Status;
  Irp->IoStatus.Information = Bytes;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return Status;
}

static NTSTATUS NTAPI DispatchOpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return CompleteRequest(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI DispatchDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION Location = IoGetCurrentIrpStackLocation(Irp);
  PVOID Block = ExAllocatePoolWithTag(NonPagedPool, 48, FUNCTION_TAG);

  UNREFERENCED_PARAMETER(DeviceObject);
  if (Block == NULL) {
    return CompleteRequest(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
  }
  switch (Location->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_STACK_LEAK:
      return CompleteRequest(Irp, STATUS_SUCCESS, 0);
    case IOCTL_STACK_COUNT:
      ExFreePoolWithTag(Block, FUNCTION_TAG);
      *(ULONG*)Irp->AssociatedIrp.SystemBuffer += 1;
      return CompleteRequest(Irp, STATUS_SUCCESS, sizeof(ULONG));
    default:
      ExFreePoolWithTag(Block, FUNCTION_TAG);
      return CompleteRequest(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  IoDeleteSymbolicLink(&LinkName);
  IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  PDEVICE_OBJECT DeviceObject;
  NTSTATUS Status;

  UNREFERENCED_PARAMETER(RegistryPath);
  Status =
      IoCreateDevice(DriverObject, 0, &DeviceName, FILE_DEVICE_UNKNOWN, 0, FALSE, &DeviceObject);
  if (!NT_SUCCESS(Status)) {
    return Status;
  }
  Status = IoCreateSymbolicLink(&LinkName, &DeviceName);
  if (!NT_SUCCESS(Status)) {
    IoDeleteDevice(DeviceObject);
    return Status;
  }
  DriverObject->MajorFunction[IRP_MJ_CREATE] = DispatchOpenClose;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = DispatchOpenClose;
  DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchDeviceControl;
  DriverObject->DriverUnload = Unload;
  return STATUS_SUCCESS;
}
