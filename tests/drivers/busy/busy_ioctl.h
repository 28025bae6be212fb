// The one request that Busy takes. Included by the driver and by its exerciser.
#pragma once

// In: ULONG, how many rounds of work. Out: ULONG, how many were done without an error.
#define IOCTL_BUSY_RUN CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
