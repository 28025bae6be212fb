// The requests that TimerPool takes, none with data. Included by the driver and by its exerciser.
#pragma once

// Makes the watchdog and arms its timer for an hour from now.
#define IOCTL_TIMERPOOL_START CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)

// Gives the watchdog's memory back.
#define IOCTL_TIMERPOOL_STOP CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
