// unload-exercise.exe opens|forever|status DDIREC.EXE: what SlowUnload's DriverUnload is to wait
// for. With `status` it is unloaded, asked about by ddirec.exe meanwhile, and loaded again, all
// before this program ends.

#include <stdlib.h>
#include <string.h>

#include "tests/drivers/common/exerciser.h"
#include "unload_ioctl.h"

#define ANSWER_LIMIT_MS 10000

static BOOL Ask(const char* Step, DWORD Code) {
  HANDLE Device = OpenDevice("\\\\.\\SlowUnload");
  BOOL Done;

  if (Device == NULL) {
    return FALSE;
  }
  Done = SendRequest(Device, Step, Code, NULL, 0, NULL, 0);
  CloseHandle(Device);
  return Done;
}

static HANDLE StartControl(const char* Control, const char* Words) {
  STARTUPINFOA Startup = {.cb = sizeof(Startup)};
  PROCESS_INFORMATION Process;
  char Command[1024];

  snprintf(Command, sizeof(Command), "\"%s\" %s", Control, Words);
  printf("ddirec %s\n", Words);
  fflush(stdout);
  if (!CreateProcessA(NULL, Command, NULL, NULL, TRUE, 0, NULL, NULL, &Startup, &Process)) {
    fprintf(stderr, "%s: cannot be started (error %lu)\n", Control, GetLastError());
    exit(1);
  }
  CloseHandle(Process.hThread);
  return Process.hProcess;
}

static BOOL EndsWell(HANDLE Process, const char* Words) {
  DWORD Code = STILL_ACTIVE;

  if (WaitForSingleObject(Process, ANSWER_LIMIT_MS) != WAIT_OBJECT_0) {
    fprintf(stderr, "ddirec %s: no answer\n", Words);
    return FALSE;
  }
  GetExitCodeProcess(Process, &Code);
  CloseHandle(Process);
  if (Code != 0) {
    fprintf(stderr, "ddirec %s: ended with %lu\n", Words, Code);
  }
  return Code == 0;
}

static BOOL Control(const char* Path, const char* Words) {
  return EndsWell(StartControl(Path, Words), Words);
}

static BOOL AskMeanwhile(const char* Path) {
  HANDLE Unloading;
  HANDLE Device = OpenDevice("\\\\.\\SlowUnload");

  if (Device == NULL ||
      !SendRequest(Device, "the unload is to wait", IOCTL_UNLOAD_WAITS, NULL, 0, NULL, 0)) {
    return FALSE;
  }
  Unloading = StartControl(Path, "unload SlowUnload");
  if (WaitForSingleObject(Unloading, 1000) != WAIT_TIMEOUT) {
    fprintf(stderr, "the unload did not wait\n");
    return FALSE;
  }
  if (!Control(Path, "status --json") ||
      !SendRequest(Device, "the unload may go on", IOCTL_UNLOAD_GOES_ON, NULL, 0, NULL, 0)) {
    return FALSE;
  }
  CloseHandle(Device);
  return EndsWell(Unloading, "unload SlowUnload") && Control(Path, "load SlowUnload");
}

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "opens") == 0) {
    return !Ask("the unload is to open its device", IOCTL_UNLOAD_OPENS_DEVICE);
  }
  if (argc == 2 && strcmp(argv[1], "forever") == 0) {
    return !Ask("the unload is to wait", IOCTL_UNLOAD_WAITS);
  }
  if (argc == 3 && strcmp(argv[1], "status") == 0) {
    return !AskMeanwhile(argv[2]);
  }
  fprintf(stderr, "usage: unload-exercise.exe opens|forever|status DDIREC.EXE\n");
  return 1;
}
