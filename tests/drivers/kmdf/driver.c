// Kmdf: a driver as the KMDF stub makes it, bound to its framework before it does anything. Some
// of its work goes through the framework's table, some straight to the kernel.

#include "wdf_bind.h"

#define KMDF_TAG 'fdmK'  // reads "Kmdf" in memory

DRIVER_INITIALIZE DriverEntry;

static WDFFUNC* FunctionTable;
static PWDF_COMPONENT_GLOBALS Globals;
static WDF_BIND_INFO BindInfo = {
    .Size = sizeof(WDF_BIND_INFO),
    .Component = L"KmdfLibrary",
    .Version = {1, 15, 0},
    .FuncCount = FunctionCount,
    .FuncTable = (WDFFUNC*)&FunctionTable,
};

static PVOID FrameworkObject;
static PVOID OwnBlock;

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  ExFreePoolWithTag(OwnBlock, KMDF_TAG);
  ((DELETE_FUNCTION)FunctionTable[FunctionDelete])(Globals, FrameworkObject);
  WdfVersionUnbind(NULL, &BindInfo, Globals);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  const NTSTATUS Status = WdfVersionBind(DriverObject, RegistryPath, &BindInfo, &Globals);

  if (!NT_SUCCESS(Status)) {
    return Status;
  }
  FrameworkObject = ((CREATE_FUNCTION)FunctionTable[FunctionCreate])(Globals, 100);
  OwnBlock = ExAllocatePoolWithTag(NonPagedPool, 200, KMDF_TAG);
  DriverObject->DriverUnload = Unload;
  if (FrameworkObject == NULL || OwnBlock == NULL) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  return STATUS_SUCCESS;
}
