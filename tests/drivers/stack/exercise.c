// stack-exercise.exe DRIVERS [leak]: sends requests through the stack; DRIVERS is how many drivers
// there are to count them.

#include <stdlib.h>
#include <string.h>

#include "stack_ioctl.h"
#include "tests/drivers/common/exerciser.h"

#define ROUNDS 20

static BOOL CountDrivers(HANDLE Device, ULONG Expected) {
  ULONG Round;

  for (Round = 0; Round < ROUNDS; ++Round) {
    ULONG Count = Round;

    if (!SendRequest(Device, "count", IOCTL_STACK_COUNT, &Count, sizeof(Count), &Count,
                     sizeof(Count))) {
      return FALSE;
    }
    if (Count != Round + Expected) {
      fprintf(stderr, "%lu drivers have counted, not %lu\n", Count - Round, Expected);
      return FALSE;
    }
  }
  return TRUE;
}

int main(int argc, char** argv) {
  const ULONG Drivers = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  const BOOL Leaks = argc == 3 && strcmp(argv[2], "leak") == 0;
  HANDLE Device;
  BOOL Done;

  if (Drivers == 0 || (argc > 2 && !Leaks)) {
    fprintf(stderr, "usage: stack-exercise.exe DRIVERS [leak]\n");
    return 1;
  }
  Device = OpenDevice("\\\\.\\StackFunction");
  if (Device == NULL) {
    return 1;
  }
  Done = CountDrivers(Device, Drivers) &&
         (!Leaks || SendRequest(Device, "leak", IOCTL_STACK_LEAK, NULL, 0, NULL, 0));
  CloseHandle(Device);
  if (Done) {
    printf("done\n");
  }
  return !Done;
}
