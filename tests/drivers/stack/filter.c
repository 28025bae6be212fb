// StackFilter: attaches itself above StackFunction's device and passes every request on, with a
// completion routine.

#include <ntifs.h>

#include "stack_ioctl.h"

#define FILTER_TAG 'tlFS'  // reads "SFlt" in memory

typedef struct _FILTER_EXTENSION {
  PDEVICE_OBJECT Lower;
} FILTER_EXTENSION;

DRIVER_INITIALIZE DriverEntry;

static UNICODE_STRING FunctionName = RTL_CONSTANT_STRING(L"\\Driver\\StackFunction");
static UNICODE_STRING TypeName = RTL_CONSTANT_STRING(L"IoDriverObjectType");

static NTSTATUS NTAPI Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject);
  if (Irp->PendingReturned) {
    IoMarkIrpPending(Irp);
  }
  ExFreePoolWithTag(Context, FILTER_TAG);
  return STATUS_CONTINUE_COMPLETION;
}

static NTSTATUS NTAPI DispatchPassOn(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  FILTER_EXTENSION* Extension = (FILTER_EXTENSION*)DeviceObject->DeviceExtension;
  PIO_STACK_LOCATION Location = IoGetCurrentIrpStackLocation(Irp);
  PVOID Note = ExAllocatePoolWithTag(NonPagedPool, 32, FILTER_TAG);

  if (Note == NULL) {
    Irp->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  if (Location->MajorFunction == IRP_MJ_DEVICE_CONTROL &&
      Location->Parameters.DeviceIoControl.IoControlCode == IOCTL_STACK_COUNT) {
    *(ULONG*)Irp->AssociatedIrp.SystemBuffer += 1;
  }
  IoCopyCurrentIrpStackLocationToNext(Irp);
  IoSetCompletionRoutine(Irp, Completed, Note, TRUE, TRUE, TRUE);
  return IoCallDriver(Extension->Lower, Irp);
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  FILTER_EXTENSION* Extension = (FILTER_EXTENSION*)DriverObject->DeviceObject->DeviceExtension;

  IoDetachDevice(Extension->Lower);
  IoDeleteDevice(DriverObject->DeviceObject);
}

// By the driver's object: IoGetDeviceObjectPointer of Wine 8 answers with a device that isn't one.
static NTSTATUS AttachToFunction(PDEVICE_OBJECT DeviceObject) {
  FILTER_EXTENSION* Extension = (FILTER_EXTENSION*)DeviceObject->DeviceExtension;
  POBJECT_TYPE* Type = (POBJECT_TYPE*)MmGetSystemRoutineAddress(&TypeName);
  PVOID Function;
  NTSTATUS Status;

  if (Type == NULL) {
    return STATUS_NOT_SUPPORTED;
  }
  Status = ObReferenceObjectByName(&FunctionName, OBJ_CASE_INSENSITIVE, NULL, 0, *Type, KernelMode,
                                   NULL, &Function);
  if (!NT_SUCCESS(Status)) {
    return Status;
  }
  Extension->Lower =
      IoAttachDeviceToDeviceStack(DeviceObject, ((PDRIVER_OBJECT)Function)->DeviceObject);
  ObDereferenceObject(Function);
  if (Extension->Lower == NULL) {
    return STATUS_NO_SUCH_DEVICE;
  }
  DeviceObject->Flags |= Extension->Lower->Flags & (DO_BUFFERED_IO | DO_DIRECT_IO);
  DeviceObject->Flags &= ~DO_DEVICE_INITIALIZING;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  PDEVICE_OBJECT DeviceObject;
  NTSTATUS Status;
  ULONG Major;

  UNREFERENCED_PARAMETER(RegistryPath);
  Status = IoCreateDevice(DriverObject, sizeof(FILTER_EXTENSION), NULL, FILE_DEVICE_UNKNOWN, 0,
                          FALSE, &DeviceObject);
  if (!NT_SUCCESS(Status)) {
    return Status;
  }
  for (Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; ++Major) {
    DriverObject->MajorFunction[Major] = DispatchPassOn;
  }
  DriverObject->DriverUnload = Unload;
  Status = AttachToFunction(DeviceObject);
  if (!NT_SUCCESS(Status)) {
    IoDeleteDevice(DeviceObject);
  }
  return Status;
}
