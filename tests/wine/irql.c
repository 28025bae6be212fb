// The virtual IRQL through the inline routines, which are instructions and no calls.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineIrql";
const WCHAR LinkName[] = L"\\DosDevices\\WineIrql";

static VOID RaisesAndLowers(PCHECK_CONTEXT Context) {
  KIRQL OldIrql;

  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  KeRaiseIrql(APC_LEVEL, &OldIrql);
  EXPECT(OldIrql == PASSIVE_LEVEL);
  EXPECT(KeGetCurrentIrql() == APC_LEVEL);
  KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
  EXPECT(OldIrql == APC_LEVEL);
  EXPECT(KeGetCurrentIrql() == DISPATCH_LEVEL);
  KeLowerIrql(OldIrql);
  EXPECT(KeGetCurrentIrql() == APC_LEVEL);
  KeLowerIrql(PASSIVE_LEVEL);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

// The register allocator doesn't choose r8 to r15 of its own accord.
static VOID TakesEveryRegister(PCHECK_CONTEXT Context) {
  ULONG64 Level = APC_LEVEL;
  ULONG64 Read = 0;

  __asm__ volatile("movq %1, %%r15; movq %%r15, %%cr8; movq %%cr8, %%r9; movq %%r9, %0"
                   : "=r"(Read)
                   : "r"(Level)
                   : "r9", "r15", "memory");
  KeLowerIrql(PASSIVE_LEVEL);
  EXPECT(Read == APC_LEVEL);
}

typedef struct _OTHER_THREAD {
  KEVENT Look;  // while the thread that started it is at APC_LEVEL
  KEVENT Looked;
  KIRQL Irql;
} OTHER_THREAD;

static VOID NTAPI LookAtIrql(PVOID Argument) {
  OTHER_THREAD* Other = Argument;

  KeWaitForSingleObject(&Other->Look, Executive, KernelMode, FALSE, NULL);
  Other->Irql = KeGetCurrentIrql();
  KeSetEvent(&Other->Looked, IO_NO_INCREMENT, FALSE);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID IsEachThreadsOwn(PCHECK_CONTEXT Context) {
  OTHER_THREAD Other = {.Irql = HIGH_LEVEL};
  KIRQL OldIrql;
  PVOID Thread;

  KeInitializeEvent(&Other.Look, NotificationEvent, FALSE);
  KeInitializeEvent(&Other.Looked, NotificationEvent, FALSE);
  Thread = StartThread(LookAtIrql, &Other);
  EXPECT(Thread != NULL);
  KeRaiseIrql(APC_LEVEL, &OldIrql);
  KeSetEvent(&Other.Look, IO_NO_INCREMENT, FALSE);
  KeWaitForSingleObject(&Other.Looked, Executive, KernelMode, FALSE, NULL);
  KeLowerIrql(OldIrql);
  JoinThread(Thread);
  EXPECT(Other.Irql == PASSIVE_LEVEL);
}

static VOID SpinLockRaises(PCHECK_CONTEXT Context) {
  KSPIN_LOCK Lock;
  KIRQL OldIrql;

  KeInitializeSpinLock(&Lock);
  KeAcquireSpinLock(&Lock, &OldIrql);
  EXPECT(OldIrql == PASSIVE_LEVEL);
  EXPECT(KeGetCurrentIrql() == DISPATCH_LEVEL);
  KeReleaseSpinLock(&Lock, OldIrql);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static VOID CancelLockRaises(PCHECK_CONTEXT Context) {
  KIRQL OldIrql;
  KIRQL Inside;

  IoAcquireCancelSpinLock(&OldIrql);
  Inside = KeGetCurrentIrql();
  IoReleaseCancelSpinLock(OldIrql);
  EXPECT(OldIrql == PASSIVE_LEVEL);
  EXPECT(Inside == DISPATCH_LEVEL);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static VOID ManyTimes(PCHECK_CONTEXT Context) {
  ULONG Round;

  for (Round = 0; Round < 10000; ++Round) {
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    EXPECT(KeGetCurrentIrql() == DISPATCH_LEVEL);
    KeLowerIrql(OldIrql);
  }
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

const CHECK Checks[] = {
    CHECK(RaisesAndLowers), CHECK(TakesEveryRegister), CHECK(IsEachThreadsOwn),
    CHECK(SpinLockRaises),  CHECK(CancelLockRaises),   CHECK(ManyTimes),
    {NULL, NULL},
};
