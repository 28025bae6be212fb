// Crash: a driver that dies or hangs on request, to try what a recording does then.

#include <wdm.h>

#include "crash_ioctl.h"

#define CRASH_TAG 'hsrc'  // reads "crsh" in memory

DRIVER_INITIALIZE DriverEntry;

static UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\Crash");
static UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Crash");

static DECLSPEC_NOINLINE VOID WriteThroughNull(VOID) {
  // Through a volatile pointer: a plain one would let the compiler drop the write.
  volatile LONG* volatile Target = NULL;

  *Target = 1;
}

static DECLSPEC_NOINLINE LONG ReadThroughNull(VOID) {
  volatile LONG* volatile Source = NULL;

  return *Source;
}

// Every Windows has these two. Wine exports only the second, and that raises.
NTKERNELAPI ULONG64 NTAPI KeQueryUnbiasedInterruptTime(VOID);
NTKERNELAPI VOID NTAPI IoSetHardErrorOrVerifyDevice(PIRP Irp, PDEVICE_OBJECT DeviceObject);

static DECLSPEC_NOINLINE ULONG64 CallAbsentDdi(VOID) { return KeQueryUnbiasedInterruptTime() + 1; }

static DECLSPEC_NOINLINE VOID CallEmptyDdi(PIRP Irp) {
  IoSetHardErrorOrVerifyDevice(Irp, Irp->Tail.Overlay.CurrentStackLocation->DeviceObject);
}

static DECLSPEC_NOINLINE VOID SpinForEver(VOID) {
  for (;;) {
    YieldProcessor();
  }
}

// So that a trace cut short by the fault still holds calls from before it.
static DECLSPEC_NOINLINE VOID CallBeforeFault(VOID) {
  PVOID Block = ExAllocatePoolWithTag(NonPagedPool, 64, CRASH_TAG);

  if (Block != NULL) {
    ExFreePoolWithTag(Block, CRASH_TAG);
  }
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
  UNREFERENCED_PARAMETER(DeviceObject);
  CallBeforeFault();
  switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_CRASH_WRITE_NULL:
      WriteThroughNull();
      return CompleteRequest(Irp, STATUS_SUCCESS);
    case IOCTL_CRASH_READ_NULL:
      return CompleteRequest(Irp, ReadThroughNull());
    case IOCTL_CRASH_CALL_ABSENT:
      return CompleteRequest(Irp, (NTSTATUS)CallAbsentDdi());
    case IOCTL_CRASH_CALL_EMPTY:
      CallEmptyDdi(Irp);
      return CompleteRequest(Irp, STATUS_SUCCESS);
    case IOCTL_CRASH_SPIN:
      SpinForEver();
      return CompleteRequest(Irp, STATUS_SUCCESS);
    case IOCTL_CRASH_NEVER_COMPLETE:
      IoMarkIrpPending(Irp);
      return STATUS_PENDING;
    default:
      return CompleteRequest(Irp, STATUS_INVALID_DEVICE_REQUEST);
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
