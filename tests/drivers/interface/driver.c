// Interface: a function driver of a root-enumerated device, found by its device interface.

// The GUIDs of the headers, and ours, are defined here.
#include <initguid.h>
#include <ntddk.h>

#include "interface.h"

DRIVER_INITIALIZE DriverEntry;

typedef struct _DEVICE_EXTENSION {
  PDEVICE_OBJECT Lower;
  UNICODE_STRING InterfaceName;
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

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
  PIO_STACK_LOCATION Location = IoGetCurrentIrpStackLocation(Irp);
  ULONG Bytes = Location->Parameters.DeviceIoControl.InputBufferLength;
  PUCHAR Buffer = Irp->AssociatedIrp.SystemBuffer;
  ULONG i;

  UNREFERENCED_PARAMETER(DeviceObject);
  if (Location->Parameters.DeviceIoControl.IoControlCode != IOCTL_INTERFACE_ADD_ONE) {
    return CompleteRequest(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
  if (Location->Parameters.DeviceIoControl.OutputBufferLength < Bytes) {
    return CompleteRequest(Irp, STATUS_BUFFER_TOO_SMALL, 0);
  }
  for (i = 0; i < Bytes; ++i) {
    ++Buffer[i];
  }
  return CompleteRequest(Irp, STATUS_SUCCESS, Bytes);
}

static NTSTATUS PassDown(PDEVICE_EXTENSION Extension, PIRP Irp) {
  IoSkipCurrentIrpStackLocation(Irp);
  return IoCallDriver(Extension->Lower, Irp);
}

static NTSTATUS NTAPI DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;
  NTSTATUS Status;

  switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
      IoSetDeviceInterfaceState(&Extension->InterfaceName, TRUE);
      break;
    case IRP_MN_SURPRISE_REMOVAL:
      IoSetDeviceInterfaceState(&Extension->InterfaceName, FALSE);
      break;
    case IRP_MN_REMOVE_DEVICE:
      IoSetDeviceInterfaceState(&Extension->InterfaceName, FALSE);
      RtlFreeUnicodeString(&Extension->InterfaceName);
      Irp->IoStatus.Status = STATUS_SUCCESS;
      Status = PassDown(Extension, Irp);
      IoDetachDevice(Extension->Lower);
      IoDeleteDevice(DeviceObject);
      return Status;
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_STOP_DEVICE:
      break;
    default:
      return PassDown(Extension, Irp);
  }
  Irp->IoStatus.Status = STATUS_SUCCESS;
  return PassDown(Extension, Irp);
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice) {
  PDEVICE_OBJECT Device;
  PDEVICE_EXTENSION Extension;
  NTSTATUS Status = IoCreateDevice(DriverObject, sizeof(DEVICE_EXTENSION), NULL,
                                   FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &Device);

  if (!NT_SUCCESS(Status)) {
    return Status;
  }
  Extension = Device->DeviceExtension;
  Status = IoRegisterDeviceInterface(PhysicalDevice, &GUID_DEVINTERFACE_SAMPLE, NULL,
                                     &Extension->InterfaceName);
  if (!NT_SUCCESS(Status)) {
    IoDeleteDevice(Device);
    return Status;
  }
  Extension->Lower = IoAttachDeviceToDeviceStack(Device, PhysicalDevice);
  Device->Flags |= Extension->Lower->Flags & DO_POWER_PAGABLE;
  Device->Flags &= ~DO_DEVICE_INITIALIZING;
  return STATUS_SUCCESS;
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) { UNREFERENCED_PARAMETER(DriverObject); }

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->MajorFunction[IRP_MJ_CREATE] = DispatchOpenClose;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = DispatchOpenClose;
  DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchDeviceControl;
  DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
  DriverObject->DriverExtension->AddDevice = AddDevice;
  DriverObject->DriverUnload = Unload;
  return STATUS_SUCCESS;
}
