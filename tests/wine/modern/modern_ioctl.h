// What Modern and its exerciser say to each other.
#pragma once

// Input: any bytes; output, as many: the same bytes under the key. Pending until a worker takes it.
#define IOCTL_MODERN_TRANSFORM \
  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_OUT_DIRECT, FILE_ANY_ACCESS)
// Input: one byte, the new key.
#define IOCTL_MODERN_SET_KEY CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
// Pending until it is cancelled.
#define IOCTL_MODERN_PARK CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)
// The same, in no queue: the driver's own cancel routine sees to it.
#define IOCTL_MODERN_PARK_ALONE \
  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x804, METHOD_BUFFERED, FILE_ANY_ACCESS)
// Output: MODERN_STATISTICS.
#define IOCTL_MODERN_STATISTICS \
  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_BUFFERED, FILE_ANY_ACCESS)

typedef struct _MODERN_STATISTICS {
  unsigned long Transformed;
  unsigned long Cancelled;
  unsigned long WrongIrqls;    // routines of ours that were called at another level than documented
  unsigned long UnlockedMdls;  // requests whose pages were not locked when they came
} MODERN_STATISTICS;
