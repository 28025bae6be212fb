// TimerPool: a device that starts and stops one watchdog.

#include <wdm.h>

#include "timerpool_ioctl.h"
#include "watchdog.h"

DRIVER_INITIALIZE DriverEntry;

typedef struct _DEVICE_EXTENSION {
  PWATCHDOG volatile Watchdog;  // NULL while stopped; changed by interlocked exchange only
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

static UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\TimerPool");
static UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\TimerPool");

static DECLSPEC_NOINLINE NTSTATUS StartWatchdog(PDEVICE_EXTENSION Extension) {
  PWATCHDOG Watchdog = AllocateWatchdog();

  if (Watchdog == NULL) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  InitializeWatchdog(Watchdog);
  if (InterlockedCompareExchangePointer((PVOID*)&Extension->Watchdog, Watchdog, NULL) != NULL) {
    FreeWatchdog(Watchdog);
    return STATUS_DEVICE_BUSY;
  }
  ArmWatchdog(Watchdog);
  return STATUS_SUCCESS;
}

static DECLSPEC_NOINLINE NTSTATUS StopWatchdog(PDEVICE_EXTENSION Extension) {
  PWATCHDOG Watchdog = InterlockedExchangePointer((PVOID*)&Extension->Watchdog, NULL);

  if (Watchdog == NULL) {
    return STATUS_INVALID_DEVICE_STATE;
  }
  FreeWatchdog(Watchdog);
  return STATUS_SUCCESS;
}

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
  PDEVICE_EXTENSION Extension = DeviceObject->DeviceExtension;

  switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_TIMERPOOL_START:
      return CompleteRequest(Irp, StartWatchdog(Extension));
    case IOCTL_TIMERPOOL_STOP:
      return CompleteRequest(Irp, StopWatchdog(Extension));
    default:
      return CompleteRequest(Irp, STATUS_INVALID_DEVICE_REQUEST);
  }
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  StopWatchdog(DriverObject->DeviceObject->DeviceExtension);
  IoDeleteSymbolicLink(&LinkName);
  IoDeleteDevice(DriverObject->DeviceObject);
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
