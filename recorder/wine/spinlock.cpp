// Spin locks of all kinds, with the IRQL that they keep. Wine's own hold the lock, but no level.
#include "recorder/wine/spinlock.h"

#include "recorder/wine/irql.h"
#include "recorder/wine/waiting.h"

namespace ddireplay::recorder::wine {
namespace {

// An EX_SPIN_LOCK: the number of readers, and this when a writer holds it or waits for them to go.
using ExSpinLock = volatile LONG;
constexpr LONG kWriter = MINLONG;

void acquire_shared(ExSpinLock* lock) {
  SpinWait wait;
  for (;;) {
    const LONG seen = *lock;
    if ((seen & kWriter) == 0 && InterlockedCompareExchange(lock, seen + 1, seen) == seen) return;
    wait.turn();
  }
}

void release_shared(ExSpinLock* lock) { InterlockedDecrement(lock); }

void acquire_exclusive(ExSpinLock* lock) {
  SpinWait wait;
  while ((InterlockedOr(lock, kWriter) & kWriter) != 0) wait.turn();
  while (*lock != kWriter) wait.turn();
}

// Readers that came between have gone: nobody gets in beside a writer.
void release_exclusive(ExSpinLock* lock) { InterlockedAnd(lock, ~kWriter); }

void acquire_queued(PKSPIN_LOCK lock, PKLOCK_QUEUE_HANDLE handle, KIRQL old_irql) {
  handle->LockQueue.Next = nullptr;
  handle->LockQueue.Lock = lock;
  handle->OldIrql = old_irql;
  acquire_spin_lock(lock);
}

void release_queued(PKLOCK_QUEUE_HANDLE handle) { release_spin_lock(handle->LockQueue.Lock); }

// The kernel's own queued spin locks, which few drivers know of (the VPB lock, for file systems).
constexpr ULONG64 kNumberedLocks = 17;
KSPIN_LOCK numbered_locks[kNumberedLocks];

}  // namespace

bool try_acquire_spin_lock(PKSPIN_LOCK lock) {
  return InterlockedExchange64(reinterpret_cast<volatile LONG64*>(lock), 1) == 0;
}

void acquire_spin_lock(PKSPIN_LOCK lock) {
  SpinWait wait;
  while (!try_acquire_spin_lock(lock)) wait.turn();
}

void release_spin_lock(PKSPIN_LOCK lock) {
  InterlockedExchange64(reinterpret_cast<volatile LONG64*>(lock), 0);
}

}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" KIRQL supplied_KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock) {
  const KIRQL old_irql = set_irql(DISPATCH_LEVEL);
  acquire_spin_lock(SpinLock);
  return old_irql;
}

extern "C" KIRQL supplied_KeAcquireSpinLockRaiseToSynch(PKSPIN_LOCK SpinLock) {
  const KIRQL old_irql = set_irql(kSynchLevel);
  acquire_spin_lock(SpinLock);
  return old_irql;
}

extern "C" void supplied_KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql) {
  release_spin_lock(SpinLock);
  set_irql(NewIrql);
}

extern "C" void supplied_KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock) {
  acquire_spin_lock(SpinLock);
}

extern "C" void supplied_KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock) {
  release_spin_lock(SpinLock);
}

extern "C" BOOLEAN supplied_KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock) {
  return try_acquire_spin_lock(SpinLock);
}

// TRUE: it is free.
extern "C" BOOLEAN supplied_KeTestSpinLock(PKSPIN_LOCK SpinLock) {
  return *static_cast<volatile KSPIN_LOCK*>(SpinLock) == 0;
}

// For code that runs in a DPC of either kind: a threaded one has to raise.
extern "C" KIRQL supplied_KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock) {
  const KIRQL old_irql = raise_irql(DISPATCH_LEVEL);
  acquire_spin_lock(SpinLock);
  return old_irql;
}

extern "C" void supplied_KeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql) {
  release_spin_lock(SpinLock);
  set_irql(OldIrql);
}

extern "C" void supplied_KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock,
                                                        PKLOCK_QUEUE_HANDLE LockHandle) {
  acquire_queued(SpinLock, LockHandle, set_irql(DISPATCH_LEVEL));
}

extern "C" void supplied_KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
                                                                  PKLOCK_QUEUE_HANDLE LockHandle) {
  acquire_queued(SpinLock, LockHandle, current_irql());
}

extern "C" void supplied_KeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock,
                                                              PKLOCK_QUEUE_HANDLE LockHandle) {
  acquire_queued(SpinLock, LockHandle, raise_irql(DISPATCH_LEVEL));
}

extern "C" void supplied_KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle) {
  release_queued(LockHandle);
  set_irql(LockHandle->OldIrql);
}

extern "C" void supplied_KeReleaseInStackQueuedSpinLockFromDpcLevel(
    PKLOCK_QUEUE_HANDLE LockHandle) {
  release_queued(LockHandle);
}

extern "C" void supplied_KeReleaseInStackQueuedSpinLockForDpc(PKLOCK_QUEUE_HANDLE LockHandle) {
  supplied_KeReleaseInStackQueuedSpinLock(LockHandle);
}

extern "C" KIRQL supplied_KeAcquireQueuedSpinLock(KSPIN_LOCK_QUEUE_NUMBER Number) {
  const KIRQL old_irql = set_irql(DISPATCH_LEVEL);
  acquire_spin_lock(&numbered_locks[Number % kNumberedLocks]);
  return old_irql;
}

extern "C" void supplied_KeReleaseQueuedSpinLock(KSPIN_LOCK_QUEUE_NUMBER Number, KIRQL OldIrql) {
  release_spin_lock(&numbered_locks[Number % kNumberedLocks]);
  set_irql(OldIrql);
}

extern "C" KIRQL supplied_ExAcquireSpinLockShared(ExSpinLock* SpinLock) {
  const KIRQL old_irql = set_irql(DISPATCH_LEVEL);
  acquire_shared(SpinLock);
  return old_irql;
}

extern "C" void supplied_ExReleaseSpinLockShared(ExSpinLock* SpinLock, KIRQL OldIrql) {
  release_shared(SpinLock);
  set_irql(OldIrql);
}

extern "C" void supplied_ExAcquireSpinLockSharedAtDpcLevel(ExSpinLock* SpinLock) {
  acquire_shared(SpinLock);
}

extern "C" void supplied_ExReleaseSpinLockSharedFromDpcLevel(ExSpinLock* SpinLock) {
  release_shared(SpinLock);
}

extern "C" KIRQL supplied_ExAcquireSpinLockExclusive(ExSpinLock* SpinLock) {
  const KIRQL old_irql = set_irql(DISPATCH_LEVEL);
  acquire_exclusive(SpinLock);
  return old_irql;
}

extern "C" void supplied_ExReleaseSpinLockExclusive(ExSpinLock* SpinLock, KIRQL OldIrql) {
  release_exclusive(SpinLock);
  set_irql(OldIrql);
}

extern "C" void supplied_ExAcquireSpinLockExclusiveAtDpcLevel(ExSpinLock* SpinLock) {
  acquire_exclusive(SpinLock);
}

extern "C" void supplied_ExReleaseSpinLockExclusiveFromDpcLevel(ExSpinLock* SpinLock) {
  release_exclusive(SpinLock);
}

// From the only reader to the writer; with other readers about it fails.
extern "C" LONG supplied_ExTryConvertSharedSpinLockExclusive(ExSpinLock* SpinLock) {
  return InterlockedCompareExchange(SpinLock, kWriter, 1) == 1;
}
