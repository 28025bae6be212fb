// run-suite.exe DEVICE: has a suite's driver run its checks, one line each. Status 0: all passed.

#include "suite_ioctl.h"
#include "tests/drivers/common/exerciser.h"

static BOOL RunCheck(HANDLE Device, ULONG Number, const char* Name, BOOL* Passed) {
  SUITE_RESULT Result;

  if (!SendRequest(Device, Name, IOCTL_SUITE_RUN, &Number, sizeof(Number), &Result,
                   sizeof(Result))) {
    return FALSE;
  }
  if (Result.FailedLine != 0) {
    printf("  FAILED in line %lu: %s\n", Result.FailedLine, Result.Expression);
    *Passed = FALSE;
  }
  return TRUE;
}

// Every check, however many of them fail.
static BOOL RunChecks(HANDLE Device) {
  BOOL Passed = TRUE;
  ULONG Number;

  for (Number = 0;; ++Number) {
    SUITE_NAME Check;

    if (!SendRequest(Device, "next", IOCTL_SUITE_NAME, &Number, sizeof(Number), &Check,
                     sizeof(Check))) {
      return FALSE;
    }
    if (Check.Name[0] == '\0') {
      printf("%lu checks\n", Number);
      return Passed;
    }
    if (!RunCheck(Device, Number, Check.Name, &Passed)) {
      return FALSE;
    }
  }
}

int main(int argc, char** argv) {
  char Path[64];
  HANDLE Device;
  BOOL Passed;

  if (argc != 2) {
    fprintf(stderr, "usage: run-suite.exe DEVICE\n");
    return 1;
  }
  snprintf(Path, sizeof(Path), "\\\\.\\%s", argv[1]);
  Device = OpenDevice(Path);
  if (Device == NULL) {
    return 1;
  }
  Passed = RunChecks(Device);
  CloseHandle(Device);
  printf(Passed ? "done\n" : "not done\n");
  return Passed ? 0 : 1;
}
