// Two locks are taken in one order by one thread and in the other by another (C4:1001). The threads
// run one after the other, so that nothing hangs.

#include "sample.h"

static KSPIN_LOCK First;
static KSPIN_LOCK Second;

static VOID TakeBoth(PKSPIN_LOCK Outer, PKSPIN_LOCK Inner) {
  KIRQL OuterIrql;
  KIRQL InnerIrql;

  KeAcquireSpinLock(Outer, &OuterIrql);
  KeAcquireSpinLock(Inner, &InnerIrql);
  KeReleaseSpinLock(Inner, InnerIrql);
  KeReleaseSpinLock(Outer, OuterIrql);
}

static VOID NTAPI TakeFirstThenSecond(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  TakeBoth(&First, &Second);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI TakeSecondThenFirst(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
#ifdef SAMPLE_CLEAN
  TakeBoth(&First, &Second);
#else
  TakeBoth(&Second, &First);
#endif
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID RunThread(PKSTART_ROUTINE Routine) {
  HANDLE Handle;

  if (!NT_SUCCESS(
          PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Routine, NULL))) {
    return;
  }
  ZwWaitForSingleObject(Handle, FALSE, NULL);
  ZwClose(Handle);
}

static VOID Run(PDEVICE_OBJECT DeviceObject) {
  UNREFERENCED_PARAMETER(DeviceObject);
  KeInitializeSpinLock(&First);
  KeInitializeSpinLock(&Second);
  RunThread(TakeFirstThenSecond);
  RunThread(TakeSecondThenFirst);
}

const SAMPLE Sample = {.Run = Run};
