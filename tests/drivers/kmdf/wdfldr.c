// A framework in small, in the place of WDFLDR.SYS: binds drivers to a table of two routines, which
// allocate and free pool on their behalf.

#include "wdf_bind.h"

#define FRAMEWORK_TAG 'mfDK'  // reads "KDfm" in memory

DRIVER_INITIALIZE DriverEntry;

static ULONG BoundDrivers;

static PVOID Create(PWDF_COMPONENT_GLOBALS Globals, SIZE_T Bytes) {
  UNREFERENCED_PARAMETER(Globals);
  return ExAllocatePoolWithTag(NonPagedPool, Bytes, FRAMEWORK_TAG);
}

static VOID Delete(PWDF_COMPONENT_GLOBALS Globals, PVOID Object) {
  UNREFERENCED_PARAMETER(Globals);
  ExFreePoolWithTag(Object, FRAMEWORK_TAG);
}

static WDFFUNC Functions[FunctionCount] = {(WDFFUNC)Create, (WDFFUNC)Delete};

__declspec(dllexport) NTSTATUS NTAPI
    WdfVersionBind(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                   PWDF_BIND_INFO BindInfo, PWDF_COMPONENT_GLOBALS* ComponentGlobals) {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  if (BindInfo->Size < sizeof(*BindInfo) || BindInfo->Version.Major != 1 ||
      BindInfo->FuncCount > FunctionCount) {
    return STATUS_INVALID_PARAMETER;
  }
  *(WDFFUNC**)BindInfo->FuncTable = Functions;
  *ComponentGlobals = (PWDF_COMPONENT_GLOBALS)&BoundDrivers;
  ++BoundDrivers;
  return STATUS_SUCCESS;
}

__declspec(dllexport) NTSTATUS NTAPI
    WdfVersionUnbind(PUNICODE_STRING RegistryPath, PWDF_BIND_INFO BindInfo,
                     PWDF_COMPONENT_GLOBALS ComponentGlobals) {
  UNREFERENCED_PARAMETER(RegistryPath);
  UNREFERENCED_PARAMETER(ComponentGlobals);
  *(WDFFUNC**)BindInfo->FuncTable = NULL;
  --BoundDrivers;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  return STATUS_SUCCESS;
}
