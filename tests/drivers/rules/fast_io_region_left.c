// A fast I/O routine returns with a critical region entered (C4:C6). Its table is a constant.

#include "sample.h"

#define FAST_IO_CODE 0x5a17

static FAST_IO_DEVICE_CONTROL DeviceControl;

static const FAST_IO_DISPATCH Table = {.SizeOfFastIoDispatch = sizeof(FAST_IO_DISPATCH),
                                       .FastIoDeviceControl = DeviceControl};

// Every argument counts: nine of them, of which five come on the stack.
static BOOLEAN NTAPI DeviceControl(PFILE_OBJECT FileObject, BOOLEAN Wait, PVOID InputBuffer,
                                   ULONG InputBufferLength, PVOID OutputBuffer,
                                   ULONG OutputBufferLength, ULONG IoControlCode,
                                   PIO_STATUS_BLOCK IoStatus, PDEVICE_OBJECT DeviceObject) {
  UNREFERENCED_PARAMETER(FileObject);
  UNREFERENCED_PARAMETER(InputBuffer);
  UNREFERENCED_PARAMETER(OutputBuffer);
  if (!Wait || InputBufferLength != 1 || OutputBufferLength != 2 || IoControlCode != FAST_IO_CODE ||
      DeviceObject->DriverObject->FastIoDispatch != &Table) {
    return FALSE;
  }
  KeEnterCriticalRegion();
#ifdef SAMPLE_CLEAN
  KeLeaveCriticalRegion();
#endif
  IoStatus->Status = STATUS_SUCCESS;
  IoStatus->Information = 0;
  return TRUE;
}

// As a driver above it would call it.
static VOID Run(PDEVICE_OBJECT DeviceObject) {
  IO_STATUS_BLOCK IoStatus;

  DeviceObject->DriverObject->FastIoDispatch->FastIoDeviceControl(
      NULL, TRUE, NULL, 1, NULL, 2, FAST_IO_CODE, &IoStatus, DeviceObject);
}

const SAMPLE Sample = {.Run = Run, .FastIo = &Table};
