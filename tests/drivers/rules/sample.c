// The part that all samples have in common: a device that runs the sample on request.

#include "sample.h"

#include "sample_ioctl.h"

DRIVER_INITIALIZE DriverEntry;

static UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\" SAMPLE_NAME);
static UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\" SAMPLE_NAME);

static NTSTATUS CompleteRequest(PIRP Irp, NTSTATUS Status) {
  Irp->IoStatus.Status = Status;
  Irp->IoStatus.Information = 0;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return Status;
}

static NTSTATUS NTAPI DispatchOpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return CompleteRequest(Irp, STATUS_SUCCESS);
}

static NTSTATUS NTAPI DispatchDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode !=
      IOCTL_SAMPLE_RUN) {
    return CompleteRequest(Irp, STATUS_INVALID_DEVICE_REQUEST);
  }
  Sample.Run(DeviceObject);
  return CompleteRequest(Irp, STATUS_SUCCESS);
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  if (Sample.Unload != NULL) {
    Sample.Unload();
  }
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
  DriverObject->FastIoDispatch = (PFAST_IO_DISPATCH)Sample.FastIo;
  DriverObject->DriverUnload = Unload;
  DeviceObject->Flags &= ~DO_DEVICE_INITIALIZING;
  return STATUS_SUCCESS;
}
