// Locks of every kind: that they exclude, what they do to IRQL and APCs, and what a try says.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineLocks";
const WCHAR LinkName[] = L"\\DosDevices\\WineLocks";

// From newer headers than mingw's.
typedef LONG EX_SPIN_LOCK, *PEX_SPIN_LOCK;
NTKERNELAPI KIRQL NTAPI ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI VOID NTAPI ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql);
NTKERNELAPI KIRQL NTAPI ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI VOID NTAPI ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql);
NTKERNELAPI LONG NTAPI ExTryConvertSharedSpinLockExclusive(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI VOID NTAPI ExAcquirePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags);
NTKERNELAPI VOID NTAPI ExReleasePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags);
NTKERNELAPI VOID NTAPI ExAcquirePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags);
NTKERNELAPI VOID NTAPI ExReleasePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags);

// Each acquisition of a KMUTEX goes to Wine's server several times.
#define ROUNDS 5000

typedef struct _LOCKS {
  KSPIN_LOCK Spin;
  EX_SPIN_LOCK ExSpin;
  FAST_MUTEX Fast;
  KGUARDED_MUTEX Guarded;
  ULONG_PTR Push;
  ERESOURCE Resource;
  KMUTEX Mutex;
  LONG Count;  // guarded by whichever lock is on trial
} LOCKS, *PLOCKS;

typedef VOID (*INCREMENT)(PLOCKS Locks);

static VOID UnderSpinLock(PLOCKS Locks) {
  KIRQL OldIrql;

  KeAcquireSpinLock(&Locks->Spin, &OldIrql);
  ++Locks->Count;
  KeReleaseSpinLock(&Locks->Spin, OldIrql);
}

static VOID UnderQueuedSpinLock(PLOCKS Locks) {
  KLOCK_QUEUE_HANDLE Handle;

  KeAcquireInStackQueuedSpinLock(&Locks->Spin, &Handle);
  ++Locks->Count;
  KeReleaseInStackQueuedSpinLock(&Handle);
}

static VOID UnderExSpinLock(PLOCKS Locks) {
  KIRQL OldIrql = ExAcquireSpinLockShared(&Locks->ExSpin);

  ExReleaseSpinLockShared(&Locks->ExSpin, OldIrql);
  OldIrql = ExAcquireSpinLockExclusive(&Locks->ExSpin);
  ++Locks->Count;
  ExReleaseSpinLockExclusive(&Locks->ExSpin, OldIrql);
}

static VOID UnderFastMutex(PLOCKS Locks) {
  ExAcquireFastMutex(&Locks->Fast);
  ++Locks->Count;
  ExReleaseFastMutex(&Locks->Fast);
}

static VOID UnderGuardedMutex(PLOCKS Locks) {
  KeAcquireGuardedMutex(&Locks->Guarded);
  ++Locks->Count;
  KeReleaseGuardedMutex(&Locks->Guarded);
}

static VOID UnderPushLock(PLOCKS Locks) {
  KeEnterCriticalRegion();
  ExAcquirePushLockSharedEx(&Locks->Push, 0);
  ExReleasePushLockSharedEx(&Locks->Push, 0);
  ExAcquirePushLockExclusiveEx(&Locks->Push, 0);
  ++Locks->Count;
  ExReleasePushLockExclusiveEx(&Locks->Push, 0);
  KeLeaveCriticalRegion();
}

static VOID UnderResource(PLOCKS Locks) {
  ExEnterCriticalRegionAndAcquireResourceExclusive(&Locks->Resource);
  ++Locks->Count;
  ExReleaseResourceAndLeaveCriticalRegion(&Locks->Resource);
}

static VOID UnderMutex(PLOCKS Locks) {
  KeWaitForSingleObject(&Locks->Mutex, Executive, KernelMode, FALSE, NULL);
  ++Locks->Count;
  KeReleaseMutex(&Locks->Mutex, FALSE);
}

typedef struct _CONTENDER {
  PLOCKS Locks;
  INCREMENT Increment;
} CONTENDER, *PCONTENDER;

static VOID NTAPI Contend(PVOID Argument) {
  PCONTENDER Contender = Argument;
  ULONG Round;

  for (Round = 0; Round < ROUNDS; ++Round) {
    Contender->Increment(Contender->Locks);
  }
  PsTerminateSystemThread(STATUS_SUCCESS);
}

// Three threads; a lost update shows that two were inside at once.
static BOOLEAN Excludes(INCREMENT Increment) {
  LOCKS Locks;
  CONTENDER Contender = {&Locks, Increment};
  PVOID Threads[3];
  ULONG Number;

  RtlZeroMemory(&Locks, sizeof(Locks));
  ExInitializeFastMutex(&Locks.Fast);
  KeInitializeGuardedMutex(&Locks.Guarded);
  ExInitializeResourceLite(&Locks.Resource);
  KeInitializeMutex(&Locks.Mutex, 0);
  for (Number = 0; Number < RTL_NUMBER_OF(Threads); ++Number) {
    Threads[Number] = StartThread(Contend, &Contender);
  }
  for (Number = 0; Number < RTL_NUMBER_OF(Threads); ++Number) {
    if (Threads[Number] != NULL) {
      JoinThread(Threads[Number]);
    }
  }
  ExDeleteResourceLite(&Locks.Resource);
  return Locks.Count == RTL_NUMBER_OF(Threads) * ROUNDS;
}

static VOID SpinLockExcludes(PCHECK_CONTEXT Context) { EXPECT(Excludes(UnderSpinLock)); }
static VOID QueuedSpinLockExcludes(PCHECK_CONTEXT Context) {
  EXPECT(Excludes(UnderQueuedSpinLock));
}
static VOID ExSpinLockExcludes(PCHECK_CONTEXT Context) { EXPECT(Excludes(UnderExSpinLock)); }
static VOID FastMutexExcludes(PCHECK_CONTEXT Context) { EXPECT(Excludes(UnderFastMutex)); }
static VOID GuardedMutexExcludes(PCHECK_CONTEXT Context) { EXPECT(Excludes(UnderGuardedMutex)); }
static VOID PushLockExcludes(PCHECK_CONTEXT Context) { EXPECT(Excludes(UnderPushLock)); }
static VOID ResourceExcludes(PCHECK_CONTEXT Context) { EXPECT(Excludes(UnderResource)); }

static VOID MutexExcludes(PCHECK_CONTEXT Context) { EXPECT(Excludes(UnderMutex)); }

static VOID QueuedSpinLockRaises(PCHECK_CONTEXT Context) {
  KLOCK_QUEUE_HANDLE Handle;
  KSPIN_LOCK Lock;
  KIRQL Inside;

  KeInitializeSpinLock(&Lock);
  KeAcquireInStackQueuedSpinLock(&Lock, &Handle);
  Inside = KeGetCurrentIrql();
  EXPECT(!KeTestSpinLock(&Lock));
  EXPECT(!KeTryToAcquireSpinLockAtDpcLevel(&Lock));
  KeReleaseInStackQueuedSpinLock(&Handle);
  EXPECT(Inside == DISPATCH_LEVEL);
  EXPECT(KeTestSpinLock(&Lock));
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static VOID ExSpinLockConvertsTheOnlyReader(PCHECK_CONTEXT Context) {
  EX_SPIN_LOCK Lock = 0;
  KIRQL OldIrql = ExAcquireSpinLockShared(&Lock);
  LONG Converted = ExTryConvertSharedSpinLockExclusive(&Lock);
  KIRQL Inside = KeGetCurrentIrql();

  ExReleaseSpinLockExclusive(&Lock, OldIrql);
  EXPECT(Converted);
  EXPECT(Inside == DISPATCH_LEVEL);
  EXPECT(Lock == 0);
}

static VOID FastMutexRaisesToApcLevel(PCHECK_CONTEXT Context) {
  FAST_MUTEX Mutex;
  KIRQL Inside;
  BOOLEAN Again;
  BOOLEAN AllDisabled;

  ExInitializeFastMutex(&Mutex);
  ExAcquireFastMutex(&Mutex);
  Inside = KeGetCurrentIrql();
  AllDisabled = KeAreAllApcsDisabled();
  Again = ExTryToAcquireFastMutex(&Mutex);
  ExReleaseFastMutex(&Mutex);
  EXPECT(Inside == APC_LEVEL);
  EXPECT(AllDisabled);
  EXPECT(!Again);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  EXPECT(ExTryToAcquireFastMutex(&Mutex));
  ExReleaseFastMutex(&Mutex);
}

static VOID GuardedMutexLeavesIrqlAlone(PCHECK_CONTEXT Context) {
  KGUARDED_MUTEX Mutex;
  KIRQL Inside;
  BOOLEAN AllDisabled;

  KeInitializeGuardedMutex(&Mutex);
  KeAcquireGuardedMutex(&Mutex);
  Inside = KeGetCurrentIrql();
  AllDisabled = KeAreAllApcsDisabled();
  KeReleaseGuardedMutex(&Mutex);
  EXPECT(Inside == PASSIVE_LEVEL);
  EXPECT(AllDisabled);
  EXPECT(!KeAreAllApcsDisabled());
}

static VOID CriticalRegionsNest(PCHECK_CONTEXT Context) {
  EXPECT(!KeAreApcsDisabled());
  KeEnterCriticalRegion();
  KeEnterCriticalRegion();
  KeLeaveCriticalRegion();
  EXPECT(KeAreApcsDisabled());
  EXPECT(!KeAreAllApcsDisabled());
  KeLeaveCriticalRegion();
  EXPECT(!KeAreApcsDisabled());
}

static VOID OwningAMutexIsACriticalRegion(PCHECK_CONTEXT Context) {
  KMUTEX Mutex;

  KeInitializeMutex(&Mutex, 0);
  KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);
  KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);
  KeReleaseMutex(&Mutex, FALSE);
  EXPECT(KeAreApcsDisabled());
  KeReleaseMutex(&Mutex, FALSE);
  EXPECT(!KeAreApcsDisabled());
}

static VOID ResourceIsSharedAndRecursive(PCHECK_CONTEXT Context) {
  ERESOURCE Resource;
  BOOLEAN Disabled;

  ExInitializeResourceLite(&Resource);
  ExEnterCriticalRegionAndAcquireResourceShared(&Resource);
  Disabled = KeAreApcsDisabled();
  EXPECT(ExAcquireResourceSharedLite(&Resource, FALSE));
  ExReleaseResourceLite(&Resource);
  ExReleaseResourceAndLeaveCriticalRegion(&Resource);
  EXPECT(Disabled && !KeAreApcsDisabled());
  EXPECT(NT_SUCCESS(ExReinitializeResourceLite(&Resource)));
  EXPECT(!ExIsResourceAcquiredExclusiveLite(&Resource));
  ExDeleteResourceLite(&Resource);
}

const CHECK Checks[] = {
    CHECK(SpinLockExcludes),
    CHECK(QueuedSpinLockExcludes),
    CHECK(ExSpinLockExcludes),
    CHECK(FastMutexExcludes),
    CHECK(GuardedMutexExcludes),
    CHECK(PushLockExcludes),
    CHECK(ResourceExcludes),
    CHECK(MutexExcludes),
    CHECK(QueuedSpinLockRaises),
    CHECK(ExSpinLockConvertsTheOnlyReader),
    CHECK(FastMutexRaisesToApcLevel),
    CHECK(GuardedMutexLeavesIrqlAlone),
    CHECK(CriticalRegionsNest),
    CHECK(OwningAMutexIsACriticalRegion),
    CHECK(ResourceIsSharedAndRecursive),
    {NULL, NULL},
};
