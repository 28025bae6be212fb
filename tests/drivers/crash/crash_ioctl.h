// The requests that Crash takes, none with data. Included by the driver and by its exerciser. None
// ever returns to the caller.
#pragma once

#define IOCTL_CRASH_WRITE_NULL \
  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_CRASH_SPIN CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_CRASH_NEVER_COMPLETE \
  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)
