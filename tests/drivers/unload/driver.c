// SlowUnload: a driver whose DriverUnload waits for something, for ever if it must, or needs the
// system to serve a request of its own meanwhile.

#include <ntifs.h>

#include "unload_ioctl.h"

DRIVER_INITIALIZE DriverEntry;

static UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\SlowUnload");
static UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\SlowUnload");

static KEVENT UnloadMayGoOn;
static BOOLEAN UnloadOpensDevice;

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
  UNREFERENCED_PARAMETER(DeviceObject);
  switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_UNLOAD_WAITS:
      KeClearEvent(&UnloadMayGoOn);
      return CompleteRequest(Irp, STATUS_SUCCESS);
    case IOCTL_UNLOAD_GOES_ON:
      KeSetEvent(&UnloadMayGoOn, IO_NO_INCREMENT, FALSE);
      return CompleteRequest(Irp, STATUS_SUCCESS);
    case IOCTL_UNLOAD_OPENS_DEVICE:
      UnloadOpensDevice = TRUE;
      return CompleteRequest(Irp, STATUS_SUCCESS);
    default:
      return CompleteRequest(Irp, STATUS_INVALID_DEVICE_REQUEST);
  }
}

// Whether it can be opened is the system's business (Windows refuses): what counts is the answer.
static VOID OpenOwnDevice(VOID) {
  OBJECT_ATTRIBUTES Attributes;
  IO_STATUS_BLOCK IoStatus;
  HANDLE File;

  InitializeObjectAttributes(&Attributes, &DeviceName, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                             NULL, NULL);
  if (NT_SUCCESS(ZwCreateFile(&File, SYNCHRONIZE | FILE_READ_DATA, &Attributes, &IoStatus, NULL,
                              FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN,
                              FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0))) {
    ZwClose(File);
  }
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  if (UnloadOpensDevice) {
    OpenOwnDevice();
  }
  KeWaitForSingleObject(&UnloadMayGoOn, Executive, KernelMode, FALSE, NULL);
  IoDeleteSymbolicLink(&LinkName);
  IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  PDEVICE_OBJECT DeviceObject;
  NTSTATUS Status;

  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&UnloadMayGoOn, NotificationEvent, TRUE);
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
