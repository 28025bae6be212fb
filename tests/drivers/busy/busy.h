// What Busy's source files share.
//
// Busy does much of what drivers ordinarily do, and nothing wrong: a recording of it must give no
// finding. A round is some dozens of DDI calls; what has to wait for another thread is done less
// often than what has not, as in real drivers.
#pragma once

#include <wdm.h>

#include "busy_ioctl.h"

#define BUSY_TAG 'ysub'  // reads "busy" in memory

typedef VOID(NTAPI* FREE_POOL_ROUTINE)(PVOID Block);

typedef struct _DEVICE_EXTENSION {
  FREE_POOL_ROUTINE FreePool;  // found at run time by name

  // One run at a time: the timer below serves only one. Not a fast mutex, because a run needs
  // PASSIVE_LEVEL.
  KMUTEX RunMutex;
  KSPIN_LOCK CountLock;
  ULONG Count;  // guarded by CountLock

  NPAGED_LOOKASIDE_LIST NonPagedList;
  PAGED_LOOKASIDE_LIST PagedList;

  KTIMER Timer;
  KDPC TimerDpc;
  KEVENT TimerFired;
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

// memory.c. Returns FALSE when an allocation failed; nothing is left allocated then.
BOOLEAN UsePool(PDEVICE_EXTENSION Extension, ULONG Round);
BOOLEAN UseLookasideLists(PDEVICE_EXTENSION Extension);
BOOLEAN UseMdl(ULONG Round);

// locks.c
VOID UseLocks(PDEVICE_EXTENSION Extension);
VOID UseEvents(VOID);

// deferred.c. Each waits until what it started has ended.
VOID InitializeDeferred(PDEVICE_EXTENSION Extension);
BOOLEAN UseWorkItem(PDEVICE_OBJECT DeviceObject);
BOOLEAN UseSystemThread(PDEVICE_EXTENSION Extension);
VOID UseTimer(PDEVICE_EXTENSION Extension);
