// What Interface.sys and its exerciser agree on.
#pragma once

// {6d0d7f1a-3c55-4c27-9a10-2b7f61049e33}
DEFINE_GUID(GUID_DEVINTERFACE_SAMPLE, 0x6d0d7f1a, 0x3c55, 0x4c27, 0x9a, 0x10, 0x2b, 0x7f, 0x61,
            0x04, 0x9e, 0x33);

// Each byte of the buffer, plus one.
#define IOCTL_INTERFACE_ADD_ONE \
  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
