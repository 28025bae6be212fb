// mydriver-exercise.exe [leak|clean]: drives MyDriver.
//
// leak (the default) makes one transfer that frees all it took and one that the driver holds on to;
// clean makes only transfers that free.

#include <string.h>

#include "mydriver_ioctl.h"
#include "tests/drivers/common/exerciser.h"

static BOOL Transfer(HANDLE Device, const char* Step, DWORD Code, DWORD Length) {
  UCHAR Data[MYDRIVER_MAX_TRANSFER];
  ULONG Expected = 0;
  ULONG Sum = 0;
  DWORD Index;

  for (Index = 0; Index < Length; ++Index) {
    Data[Index] = (UCHAR)(Index * 7);
    Expected += Data[Index];
  }
  if (!SendRequest(Device, Step, Code, Data, Length, &Sum, sizeof(Sum))) {
    return FALSE;
  }
  if (Sum != Expected) {
    fprintf(stderr, "%s: the driver summed %lu, not %lu\n", Step, Sum, Expected);
    return FALSE;
  }
  return TRUE;
}

int main(int argc, char** argv) {
  const char* Mode = argc > 1 ? argv[1] : "leak";
  BOOL Leak = strcmp(Mode, "leak") == 0;
  HANDLE Device;
  BOOL Done;

  if (argc > 2 || (!Leak && strcmp(Mode, "clean") != 0)) {
    fprintf(stderr, "usage: mydriver-exercise.exe [leak|clean]\n");
    return 1;
  }
  Device = OpenDevice("\\\\.\\MyDriver");
  if (Device == NULL) {
    return 1;
  }
  Done = Transfer(Device, "transfer of 512 bytes", IOCTL_MYDRIVER_TRANSFER, 512) &&
         Transfer(Device, "transfer of 4096 bytes",
                  Leak ? IOCTL_MYDRIVER_HOLD : IOCTL_MYDRIVER_TRANSFER, MYDRIVER_MAX_TRANSFER);
  CloseHandle(Device);
  if (Done) {
    printf("done\n");
  }
  return Done ? 0 : 1;
}
