// timerpool-exercise.exe: starts TimerPool's watchdog and stops it again.

#include "tests/drivers/common/exerciser.h"
#include "timerpool_ioctl.h"

int main(void) {
  HANDLE Device = OpenDevice("\\\\.\\TimerPool");
  BOOL Done;

  if (Device == NULL) {
    return 1;
  }
  Done = SendRequest(Device, "start the watchdog", IOCTL_TIMERPOOL_START, NULL, 0, NULL, 0) &&
         SendRequest(Device, "stop the watchdog", IOCTL_TIMERPOOL_STOP, NULL, 0, NULL, 0);
  CloseHandle(Device);
  if (Done) {
    printf("done\n");
  }
  return Done ? 0 : 1;
}
