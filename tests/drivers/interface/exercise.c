// interface-exercise.exe REQUESTS: finds Interface's device by its interface, and sends it
// requests.

#include "tests/drivers/common/exerciser.h"

// Behind windows.h; only what comes behind initguid.h defines its GUIDs.
#include <setupapi.h>
#include <stdlib.h>

#include <initguid.h>

#include "interface.h"

static BOOL FindPath(char* Path, DWORD Bytes) {
  static char Buffer[1024];
  SP_DEVICE_INTERFACE_DETAIL_DATA_A* Detail = (SP_DEVICE_INTERFACE_DETAIL_DATA_A*)Buffer;
  SP_DEVICE_INTERFACE_DATA Interface;
  HDEVINFO Devices = SetupDiGetClassDevsA(&GUID_DEVINTERFACE_SAMPLE, NULL, NULL,
                                          DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
  BOOL Found;

  Interface.cbSize = sizeof(Interface);
  Detail->cbSize = sizeof(*Detail);
  Found = SetupDiEnumDeviceInterfaces(Devices, NULL, &GUID_DEVINTERFACE_SAMPLE, 0, &Interface) &&
          SetupDiGetDeviceInterfaceDetailA(Devices, &Interface, Detail, sizeof(Buffer), NULL, NULL);
  if (Found) {
    snprintf(Path, Bytes, "%s", Detail->DevicePath);
  } else {
    fprintf(stderr, "no device has the interface (error %lu)\n", GetLastError());
  }
  SetupDiDestroyDeviceInfoList(Devices);
  return Found;
}

static BOOL AddOne(HANDLE Device, int Number) {
  UCHAR In[2] = {(UCHAR)Number, 7};
  UCHAR Out[2] = {0, 0};
  DWORD Returned = 0;

  return DeviceIoControl(Device, IOCTL_INTERFACE_ADD_ONE, In, sizeof(In), Out, sizeof(Out),
                         &Returned, NULL) &&
         Returned == sizeof(Out) && Out[0] == (UCHAR)(Number + 1) && Out[1] == 8;
}

int main(int ArgumentCount, char** Arguments) {
  int Requests = ArgumentCount > 1 ? atoi(Arguments[1]) : 1;
  char Path[512];
  HANDLE Device;
  int i;

  if (!FindPath(Path, sizeof(Path))) {
    return 1;
  }
  Device = OpenDevice(Path);
  if (Device == NULL) {
    return 1;
  }
  for (i = 0; i < Requests; ++i) {
    if (!AddOne(Device, i)) {
      fprintf(stderr, "request %d came back wrong (error %lu)\n", i, GetLastError());
      return 1;
    }
  }
  CloseHandle(Device);
  printf("requests: %d\n", Requests);
  return 0;
}
