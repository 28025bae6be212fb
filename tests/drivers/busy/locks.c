// Busy: spin locks, fast mutexes, and the dispatcher objects that need no second thread.

#include "busy.h"

VOID UseLocks(PDEVICE_EXTENSION Extension) {
  FAST_MUTEX Local;
  KIRQL OldIrql;

  KeAcquireSpinLock(&Extension->CountLock, &OldIrql);
  ++Extension->Count;
  KeReleaseSpinLock(&Extension->CountLock, OldIrql);

  ExInitializeFastMutex(&Local);
  ExAcquireFastMutex(&Local);
  ExReleaseFastMutex(&Local);

  KeEnterCriticalRegion();
  KeLeaveCriticalRegion();
}

VOID UseEvents(VOID) {
  KEVENT Event;
  KSEMAPHORE Semaphore;
  LARGE_INTEGER NoTime;

  NoTime.QuadPart = 0;
  KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
  KeSetEvent(&Event, IO_NO_INCREMENT, FALSE);
  KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
  KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &NoTime);

  KeInitializeSemaphore(&Semaphore, 0, 2);
  KeReleaseSemaphore(&Semaphore, IO_NO_INCREMENT, 1, FALSE);
  KeWaitForSingleObject(&Semaphore, Executive, KernelMode, FALSE, NULL);
}
