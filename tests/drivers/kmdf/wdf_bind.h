// How a KMDF driver is bound to its framework: what WDFLDR.SYS exports for it.
#pragma once

#include <wdm.h>

typedef VOID (*WDFFUNC)(VOID);

typedef struct _WDF_VERSION {
  ULONG Major;
  ULONG Minor;
  ULONG Build;
} WDF_VERSION;

typedef struct _WDF_BIND_INFO {
  ULONG Size;
  PWCHAR Component;
  WDF_VERSION Version;
  ULONG FuncCount;
  WDFFUNC* FuncTable;  // the driver's variable, which binding fills in
  PVOID Module;
} WDF_BIND_INFO, *PWDF_BIND_INFO;

typedef struct _WDF_COMPONENT_GLOBALS* PWDF_COMPONENT_GLOBALS;

// The table of the framework that these tests have: two routines.
enum { FunctionCreate, FunctionDelete, FunctionCount };
typedef PVOID (*CREATE_FUNCTION)(PWDF_COMPONENT_GLOBALS Globals, SIZE_T Bytes);
typedef VOID (*DELETE_FUNCTION)(PWDF_COMPONENT_GLOBALS Globals, PVOID Object);

NTSTATUS NTAPI WdfVersionBind(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                              PWDF_BIND_INFO BindInfo, PWDF_COMPONENT_GLOBALS* ComponentGlobals);
NTSTATUS NTAPI WdfVersionUnbind(PUNICODE_STRING RegistryPath, PWDF_BIND_INFO BindInfo,
                                PWDF_COMPONENT_GLOBALS ComponentGlobals);
