#include "exerciser.h"

HANDLE OpenDevice(const char* Path) {
  HANDLE Device = CreateFileA(Path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
  if (Device == INVALID_HANDLE_VALUE) {
    fprintf(stderr, "%s: cannot open the device (error %lu); is the driver loaded?\n", Path,
            GetLastError());
    return NULL;
  }
  printf("opened %s\n", Path);
  fflush(stdout);
  return Device;
}

BOOL SendRequest(HANDLE Device, const char* Step, DWORD Code, void* Input, DWORD InputBytes,
                 void* Output, DWORD OutputBytes) {
  DWORD Returned = 0;

  // Said before the call: a request that never comes back must still name itself in the log.
  printf("%s\n", Step);
  fflush(stdout);
  if (!DeviceIoControl(Device, Code, Input, InputBytes, Output, OutputBytes, &Returned, NULL)) {
    fprintf(stderr, "%s: the driver refused request 0x%08lx (error %lu)\n", Step, Code,
            GetLastError());
    return FALSE;
  }
  if (Returned != OutputBytes) {
    fprintf(stderr, "%s: %lu bytes came back, not %lu\n", Step, Returned, OutputBytes);
    return FALSE;
  }
  return TRUE;
}
