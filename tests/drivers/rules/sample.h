// A driver that breaks one rule of the kernel, once, when its exerciser asks it to; and its twin,
// built from the same source with SAMPLE_CLEAN, which does the same work as it should be done.
//
// Each source file in this folder is one such driver: it defines `Sample`, and says which rule. The
// rest of the driver (sample.c) is the same for all: a device of the driver's name that is opened,
// asked to run, and closed.
#pragma once

#include <wdm.h>

// In headers of file systems only.
NTSYSAPI NTSTATUS NTAPI ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                                      POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                                      BOOLEAN InitialState);
NTSYSAPI NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable,
                                              PLARGE_INTEGER Timeout);

// The exported forms of what the headers compile inline, through the import table.
extern KIRQL(NTAPI* ExportedRaiseIrql)(KIRQL NewIrql) __asm__("__imp_KfRaiseIrql");
extern VOID(NTAPI* ExportedLowerIrql)(KIRQL NewIrql) __asm__("__imp_KeLowerIrql");

#define SAMPLE_TAG 'lpmS'

typedef struct _SAMPLE {
  VOID (*Run)(PDEVICE_OBJECT DeviceObject);  // in the thread of the request, at PASSIVE_LEVEL
  VOID (*Unload)(VOID);                      // NULL: nothing to do
  const FAST_IO_DISPATCH* FastIo;            // may be NULL
} SAMPLE;

extern const SAMPLE Sample;
