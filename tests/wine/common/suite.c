#include "suite.h"

DRIVER_INITIALIZE DriverEntry;

VOID SleepMilliseconds(ULONG Milliseconds) {
  LARGE_INTEGER Interval;

  Interval.QuadPart = -10000LL * Milliseconds;
  KeDelayExecutionThread(KernelMode, FALSE, &Interval);
}

NTSTATUS WaitMilliseconds(PVOID Object, ULONG Milliseconds) {
  LARGE_INTEGER Timeout;

  Timeout.QuadPart = -10000LL * Milliseconds;
  return KeWaitForSingleObject(Object, Executive, KernelMode, FALSE, &Timeout);
}

PVOID StartThread(PKSTART_ROUTINE Routine, PVOID Argument) {
  OBJECT_ATTRIBUTES Attributes;
  HANDLE Handle;
  PVOID Thread;
  NTSTATUS Status;

  InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  if (!NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NULL, NULL, Routine,
                                       Argument))) {
    return NULL;
  }
  Status = ObReferenceObjectByHandle(Handle, SYNCHRONIZE, NULL, KernelMode, &Thread, NULL);
  ZwClose(Handle);
  return NT_SUCCESS(Status) ? Thread : NULL;
}

VOID JoinThread(PVOID Thread) {
  KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
  ObDereferenceObject(Thread);
}

static VOID CopyText(char* Target, const char* Source) {
  ULONG Length = 0;

  while (Source != NULL && Source[Length] != '\0' && Length < SUITE_TEXT_MAX - 1) {
    Target[Length] = Source[Length];
    ++Length;
  }
  Target[Length] = '\0';
}

static const CHECK* FindCheck(ULONG Number) {
  const CHECK* Check = Checks;

  while (Check->Name != NULL && Number != 0) {
    ++Check;
    --Number;
  }
  return Check;
}

static VOID RunCheck(PDEVICE_OBJECT DeviceObject, const CHECK* Check, SUITE_RESULT* Result) {
  CHECK_CONTEXT Context = {DeviceObject, 0, NULL};

  Check->Run(&Context);
  Result->FailedLine = Context.FailedLine;
  CopyText(Result->Expression, Context.Expression);
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
  PVOID Buffer = Irp->AssociatedIrp.SystemBuffer;
  const CHECK* Check;

  if (Stack->Parameters.DeviceIoControl.InputBufferLength != sizeof(ULONG)) {
    return CompleteRequest(Irp, STATUS_INVALID_PARAMETER, 0);
  }
  Check = FindCheck(*(PULONG)Buffer);
  switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_SUITE_NAME:
      CopyText(((SUITE_NAME*)Buffer)->Name, Check->Name);
      return CompleteRequest(Irp, STATUS_SUCCESS, sizeof(SUITE_NAME));
    case IOCTL_SUITE_RUN:
      RunCheck(DeviceObject, Check, Buffer);
      return CompleteRequest(Irp, STATUS_SUCCESS, sizeof(SUITE_RESULT));
    default:
      return CompleteRequest(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  UNICODE_STRING Link;

  RtlInitUnicodeString(&Link, LinkName);
  IoDeleteSymbolicLink(&Link);
  IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  PDEVICE_OBJECT DeviceObject;
  UNICODE_STRING Name;
  UNICODE_STRING Link;
  NTSTATUS Status;

  UNREFERENCED_PARAMETER(RegistryPath);
  RtlInitUnicodeString(&Name, DeviceName);
  RtlInitUnicodeString(&Link, LinkName);
  Status = IoCreateDevice(DriverObject, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &DeviceObject);
  if (!NT_SUCCESS(Status)) {
    return Status;
  }
  DriverObject->MajorFunction[IRP_MJ_CREATE] = DispatchOpenClose;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = DispatchOpenClose;
  DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchDeviceControl;
  DriverObject->DriverUnload = Unload;
  Status = IoCreateSymbolicLink(&Link, &Name);
  if (!NT_SUCCESS(Status)) {
    IoDeleteDevice(DeviceObject);
  }
  return Status;
}
