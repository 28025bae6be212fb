// A driver as it is written today: requests wait in a cancel-safe queue, a threaded DPC wakes a
// work item, and that transforms them through their MDLs under a key that an ERESOURCE guards.
#pragma once

#include <ntddk.h>

#include "modern_ioctl.h"

// From newer headers than mingw's.
#define POOL_FLAG_NON_PAGED 0x0000000000000040ULL
#define POOL_FLAG_PAGED 0x0000000000000100ULL
NTKERNELAPI PVOID NTAPI ExAllocatePool2(ULONG64 Flags, SIZE_T NumberOfBytes, ULONG Tag);

#define MODERN_TAG 'nrdM'

typedef struct _IRP_QUEUE {
  IO_CSQ Csq;
  LIST_ENTRY Irps;
  KSPIN_LOCK Lock;
  struct _DEVICE_EXTENSION* Extension;
} IRP_QUEUE, *PIRP_QUEUE;

typedef struct _KEY {
  UCHAR Value;
} KEY, *PKEY;

typedef struct _DEVICE_EXTENSION {
  IO_REMOVE_LOCK RemoveLock;  // held by every request and by the work item while it is queued
  IRP_QUEUE Transfers;
  IRP_QUEUE Parked;
  KDPC WakeDpc;
  PIO_WORKITEM Worker;
  volatile LONG WorkerQueued;
  ERESOURCE KeyResource;
  PKEY Key;  // guarded by KeyResource
  KSPIN_LOCK StatisticsLock;
  MODERN_STATISTICS Statistics;  // guarded by StatisticsLock
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

// queue.c
VOID InitializeQueue(PIRP_QUEUE Queue, PDEVICE_EXTENSION Extension);
NTSTATUS Enqueue(PIRP_QUEUE Queue, PIRP Irp);  // STATUS_PENDING
PIRP Dequeue(PIRP_QUEUE Queue);                // NULL: it is empty

// transform.c
NTSTATUS InitializeTransform(PDEVICE_OBJECT DeviceObject);
VOID FinishTransform(PDEVICE_EXTENSION Extension);
VOID WakeWorker(PDEVICE_EXTENSION Extension);
NTSTATUS SetKey(PDEVICE_EXTENSION Extension, UCHAR Value);

// driver.c
NTSTATUS CompleteRequest(PDEVICE_EXTENSION Extension, PIRP Irp, NTSTATUS Status,
                         ULONG_PTR Information);
VOID Count(PDEVICE_EXTENSION Extension, unsigned long* Counter);
VOID ExpectIrql(PDEVICE_EXTENSION Extension, KIRQL Expected);
