// What a suite's driver and its exerciser say to each other. Input: the check's number.
#pragma once

#define IOCTL_SUITE_NAME CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_SUITE_RUN CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)

#define SUITE_TEXT_MAX 120

// Empty: there is no such check.
typedef struct _SUITE_NAME {
  char Name[SUITE_TEXT_MAX];
} SUITE_NAME;

typedef struct _SUITE_RESULT {
  unsigned long FailedLine;  // 0: passed
  char Expression[SUITE_TEXT_MAX];
} SUITE_RESULT;
