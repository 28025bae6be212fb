// hid-devices.exe ROUNDS: opens every HID device there is and asks it what it is, so many times.
// Under Wine there are always a virtual mouse and a virtual keyboard: winebus's and hidclass's
// work.

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include <hidsdi.h>
#include <setupapi.h>

static void Ask(HANDLE Device) {
  HIDD_ATTRIBUTES Attributes;
  PHIDP_PREPARSED_DATA Data;
  WCHAR Text[128];
  ULONG Buffers;

  Attributes.Size = sizeof(Attributes);
  HidD_GetAttributes(Device, &Attributes);
  HidD_GetProductString(Device, Text, sizeof(Text));
  HidD_GetNumInputBuffers(Device, &Buffers);
  HidD_SetNumInputBuffers(Device, 32);
  HidD_FlushQueue(Device);
  if (HidD_GetPreparsedData(Device, &Data)) {
    HidD_FreePreparsedData(Data);
  }
}

static BOOL AskDevice(HDEVINFO Devices, DWORD Number, const GUID* Class) {
  BYTE Buffer[1024];
  SP_DEVICE_INTERFACE_DETAIL_DATA_W* Detail = (SP_DEVICE_INTERFACE_DETAIL_DATA_W*)Buffer;
  SP_DEVICE_INTERFACE_DATA Interface;
  HANDLE Device;

  Interface.cbSize = sizeof(Interface);
  if (!SetupDiEnumDeviceInterfaces(Devices, NULL, Class, Number, &Interface)) {
    return FALSE;
  }
  Detail->cbSize = sizeof(*Detail);
  if (!SetupDiGetDeviceInterfaceDetailW(Devices, &Interface, Detail, sizeof(Buffer), NULL, NULL)) {
    return TRUE;
  }
  Device = CreateFileW(Detail->DevicePath, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       OPEN_EXISTING, 0, NULL);
  if (Device != INVALID_HANDLE_VALUE) {
    Ask(Device);
    CloseHandle(Device);
  }
  return TRUE;
}

static DWORD Round(const GUID* Class) {
  HDEVINFO Devices = SetupDiGetClassDevsW(Class, NULL, NULL, DIGCF_DEVICEINTERFACE | DIGCF_PRESENT);
  DWORD Number = 0;

  while (AskDevice(Devices, Number, Class)) {
    ++Number;
  }
  SetupDiDestroyDeviceInfoList(Devices);
  return Number;
}

int main(int ArgumentCount, char** Arguments) {
  int Rounds = ArgumentCount > 1 ? atoi(Arguments[1]) : 10;
  DWORD Found = 0;
  GUID Class;
  int i;

  HidD_GetHidGuid(&Class);
  for (i = 0; i < Rounds; ++i) {
    Found = Round(&Class);
  }
  printf("devices: %lu\n", Found);
  return Found == 0;
}
