// A driver that is a list of checks. A family's test driver is one file that defines `Suite`; the
// rest (device, requests, results) is suite.c.
//
//   static VOID ZeroesMemory(PCHECK_CONTEXT Context) {
//     PUCHAR Block = ExAllocatePool2(...);
//     EXPECT(Block != NULL);
//     EXPECT(Block[0] == 0);
//   }
//   const CHECK Checks[] = {CHECK(ZeroesMemory), {NULL, NULL}};
//   const WCHAR DeviceName[] = L"\\Device\\WinePool", LinkName[] = L"\\DosDevices\\WinePool";
#pragma once

#include <ntifs.h>

#include "suite_ioctl.h"

typedef struct _CHECK_CONTEXT {
  PDEVICE_OBJECT DeviceObject;
  ULONG FailedLine;        // 0: none failed
  const char* Expression;  // what did not hold there
} CHECK_CONTEXT, *PCHECK_CONTEXT;

typedef struct _CHECK {
  const char* Name;
  VOID (*Run)(PCHECK_CONTEXT Context);
} CHECK;

#define CHECK(Function) \
  { #Function, Function }

// Ends the check at the first expectation that does not hold.
#define EXPECT(Condition)               \
  do {                                  \
    if (!(Condition)) {                 \
      Context->FailedLine = __LINE__;   \
      Context->Expression = #Condition; \
      return;                           \
    }                                   \
  } while (0)

// The family's file defines these three. The last check has no name.
extern const CHECK Checks[];
extern const WCHAR DeviceName[];
extern const WCHAR LinkName[];

#define SUITE_TAG 'etsT'

// Helpers that many families want.
VOID SleepMilliseconds(ULONG Milliseconds);
NTSTATUS WaitMilliseconds(PVOID Object, ULONG Milliseconds);
PVOID StartThread(PKSTART_ROUTINE Routine, PVOID Argument);  // NULL: it could not be started
VOID JoinThread(PVOID Thread);
