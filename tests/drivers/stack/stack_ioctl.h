// The requests that the stack of StackFunction and StackFilter takes. Included by both drivers and
// by their exerciser.
#pragma once

// In and out: a ULONG, to which each of the two drivers adds one on its way down.
#define IOCTL_STACK_COUNT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
// No data. The function driver keeps a block of pool past its unload.
#define IOCTL_STACK_LEAK CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
