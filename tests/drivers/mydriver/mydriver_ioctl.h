// The requests that MyDriver takes. Included by the driver and by its exerciser.
//
// Each carries up to MYDRIVER_MAX_TRANSFER bytes and returns their sum as a ULONG.
#pragma once

#define MYDRIVER_MAX_TRANSFER 0x1000

// Sums the bytes and frees all it allocated.
#define IOCTL_MYDRIVER_TRANSFER \
  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)

// The same, but the driver holds on to what it allocated. STATUS_DEVICE_BUSY when it already holds.
#define IOCTL_MYDRIVER_HOLD CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
