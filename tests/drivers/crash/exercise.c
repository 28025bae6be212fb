// crash-exercise.exe null|read|absent|empty|spin|pend: asks Crash for one fault. It is not expected
// to end by itself.

#include <string.h>

#include "crash_ioctl.h"
#include "tests/drivers/common/exerciser.h"

typedef struct _FAULT {
  const char* Name;
  const char* Step;
  DWORD Code;
} FAULT;

static const FAULT Faults[] = {
    {"null", "write through a null pointer", IOCTL_CRASH_WRITE_NULL},
    {"read", "read through a null pointer", IOCTL_CRASH_READ_NULL},
    {"absent", "call a DDI that Wine does not have", IOCTL_CRASH_CALL_ABSENT},
    {"empty", "call a DDI that Wine only exports", IOCTL_CRASH_CALL_EMPTY},
    {"spin", "spin for ever", IOCTL_CRASH_SPIN},
    {"pend", "never complete a request", IOCTL_CRASH_NEVER_COMPLETE},
};

static const FAULT* FindFault(const char* Name) {
  size_t Index;

  for (Index = 0; Index < ARRAYSIZE(Faults); ++Index) {
    if (strcmp(Faults[Index].Name, Name) == 0) {
      return &Faults[Index];
    }
  }
  return NULL;
}

int main(int argc, char** argv) {
  const FAULT* Fault = argc == 2 ? FindFault(argv[1]) : NULL;
  HANDLE Device;
  BOOL Returned;

  if (Fault == NULL) {
    fprintf(stderr, "usage: crash-exercise.exe null|read|absent|empty|spin|pend\n");
    return 1;
  }
  Device = OpenDevice("\\\\.\\Crash");
  if (Device == NULL) {
    return 1;
  }
  Returned = SendRequest(Device, Fault->Step, Fault->Code, NULL, 0, NULL, 0);
  CloseHandle(Device);
  if (Returned) {
    fprintf(stderr, "%s: the request came back; it never should\n", Fault->Step);
  }
  return 1;
}
