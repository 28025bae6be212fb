// show-setup.exe FILE KEY VALUE: prints the file's first line, and a text of the registry, below
// HKEY_LOCAL_MACHINE; then opens StackFunction's device.

#include "tests/drivers/common/exerciser.h"

int main(int argc, char** argv) {
  char Text[256] = "";
  DWORD Bytes = sizeof(Text);
  HANDLE Device;
  FILE* File = argc == 4 ? fopen(argv[1], "r") : NULL;

  if (File == NULL || fgets(Text, sizeof(Text), File) == NULL) {
    fprintf(stderr, "the file cannot be read\n");
    return 1;
  }
  fclose(File);
  printf("file: %s\n", Text);
  if (RegGetValueA(HKEY_LOCAL_MACHINE, argv[2], argv[3], RRF_RT_REG_SZ, NULL, Text, &Bytes) != 0) {
    fprintf(stderr, "the value cannot be read\n");
    return 1;
  }
  printf("value: %s\n", Text);
  Device = OpenDevice("\\\\.\\StackFunction");
  if (Device == NULL) {
    return 1;
  }
  CloseHandle(Device);
  return 0;
}
