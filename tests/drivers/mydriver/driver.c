// MyDriver: the device, its link, and the way of an IRP to its handler.

#include "mydriver.h"

DRIVER_INITIALIZE DriverEntry;

static UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\MyDriver");
static UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\MyDriver");

static DECLSPEC_NOINLINE NTSTATUS NonPNPIRPDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  TRANSFER_OBJECTS Objects = {NULL, NULL, NULL};
  NTSTATUS Status;

  Irp->IoStatus.Information = 0;
  switch (IoGetCurrentIrpStackLocation(Irp)->MajorFunction) {
    case IRP_MJ_CREATE:
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
      Status = STATUS_SUCCESS;
      break;
    case IRP_MJ_DEVICE_CONTROL:
      Status = GetNecessaryObjects(DeviceObject, &Objects);
      if (NT_SUCCESS(Status)) {
        Status = DeviceControlDispatch(DeviceObject, Irp, &Objects);
      }
      break;
    default:
      Status = STATUS_INVALID_DEVICE_REQUEST;
      break;
  }
  Irp->IoStatus.Status = Status;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return Status;
}

static NTSTATUS NTAPI AllIRPDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  return NonPNPIRPDispatch(DeviceObject, Irp);
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  PDEVICE_OBJECT DeviceObject = DriverObject->DeviceObject;

#ifdef MYDRIVER_RELEASES_AT_UNLOAD
  ReleaseObjects(&((PDEVICE_EXTENSION)DeviceObject->DeviceExtension)->Held);
#endif
  IoDeleteSymbolicLink(&LinkName);
  IoDeleteDevice(DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  PDEVICE_OBJECT DeviceObject;
  NTSTATUS Status;
  ULONG Major;

  UNREFERENCED_PARAMETER(RegistryPath);
  Status = IoCreateDevice(DriverObject, sizeof(DEVICE_EXTENSION), &DeviceName, FILE_DEVICE_UNKNOWN,
                          0, FALSE, &DeviceObject);
  if (!NT_SUCCESS(Status)) {
    return Status;
  }
  Status = IoCreateSymbolicLink(&LinkName, &DeviceName);
  if (!NT_SUCCESS(Status)) {
    IoDeleteDevice(DeviceObject);
    return Status;
  }
  ExInitializeFastMutex(&((PDEVICE_EXTENSION)DeviceObject->DeviceExtension)->HeldLock);
  for (Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; ++Major) {
    DriverObject->MajorFunction[Major] = AllIRPDispatch;
  }
  DriverObject->DriverUnload = Unload;
  return STATUS_SUCCESS;
}
