// The registry is read at DISPATCH_LEVEL (C4:E6).

#include "sample.h"

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\System");
  OBJECT_ATTRIBUTES Attributes;
  NTSTATUS Status;
  HANDLE Key;

  UNREFERENCED_PARAMETER(DeviceObject);
  InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                             NULL);
#ifdef SAMPLE_CLEAN
  Status = ZwOpenKey(&Key, KEY_READ, &Attributes);
#else
  KIRQL Before;
  KeRaiseIrql(DISPATCH_LEVEL, &Before);
  Status = ZwOpenKey(&Key, KEY_READ, &Attributes);
  KeLowerIrql(Before);
#endif
  if (NT_SUCCESS(Status)) {
    ZwClose(Key);
  }
}

const SAMPLE Sample = {.Run = Run};
