// rules-exercise.exe NAME...: opens the device of each sample driver, and has it run its sample.

#include "sample_ioctl.h"
#include "tests/drivers/common/exerciser.h"

static BOOL RunSample(const char* Name) {
  char Path[MAX_PATH];
  HANDLE Device;
  BOOL Done;

  snprintf(Path, sizeof(Path), "\\\\.\\%s", Name);
  Device = OpenDevice(Path);
  if (Device == NULL) {
    return FALSE;
  }
  Done = SendRequest(Device, Name, IOCTL_SAMPLE_RUN, NULL, 0, NULL, 0);
  CloseHandle(Device);
  return Done;
}

int main(int ArgumentCount, char** Arguments) {
  int i;

  if (ArgumentCount < 2) {
    fprintf(stderr, "usage: rules-exercise NAME...\n");
    return 1;
  }
  for (i = 1; i < ArgumentCount; ++i) {
    if (!RunSample(Arguments[i])) {
      return 1;
    }
  }
  printf("done\n");
  return 0;
}
