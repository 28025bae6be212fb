// What MyDriver's source files share.
#pragma once

#include <wdm.h>

#include "mydriver_ioctl.h"

// Debuggers and Driver Verifier print a tag in memory order: this one reads "mdrv".
#define MYDRIVER_TAG 'vrdm'

typedef struct _TRANSFER_BLOCK {
  PDEVICE_OBJECT Owner;
  UCHAR Data[MYDRIVER_MAX_TRANSFER];
} TRANSFER_BLOCK, *PTRANSFER_BLOCK;

C_ASSERT(sizeof(TRANSFER_BLOCK) == 0x1008);

// The three allocations of one transfer. A member is NULL while it isn't allocated.
typedef struct _TRANSFER_OBJECTS {
  PIO_WORKITEM WorkItem;
  PTRANSFER_BLOCK Block;
  PMDL Mdl;
} TRANSFER_OBJECTS, *PTRANSFER_OBJECTS;

typedef struct _DEVICE_EXTENSION {
  FAST_MUTEX HeldLock;
  TRANSFER_OBJECTS Held;  // what IOCTL_MYDRIVER_HOLD kept; guarded by HeldLock
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

// handleioctl.c
NTSTATUS DeviceControlDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp, PTRANSFER_OBJECTS Objects);

// objects.c
NTSTATUS GetNecessaryObjects(PDEVICE_OBJECT DeviceObject, PTRANSFER_OBJECTS Objects);
VOID ReleaseObjects(PTRANSFER_OBJECTS Objects);
