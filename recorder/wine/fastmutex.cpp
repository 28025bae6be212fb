// Fast mutexes, guarded mutexes and push locks.
//
// Since Windows 8 a guarded mutex is a fast mutex under another name; Wine lays both out alike.
#include "recorder/wine/apc.h"
#include "recorder/wine/irql.h"
#include "recorder/wine/waiting.h"

namespace ddireplay::recorder::wine {
namespace {

constexpr LONG kFree = 1;  // FAST_MUTEX.Count; less: held, and by how many waited for

void acquire(PFAST_MUTEX mutex) {
  ExAcquireFastMutexUnsafe(mutex);
  mutex->Owner = exported_KeGetCurrentThread();
}

bool try_acquire(PFAST_MUTEX mutex) {
  if (InterlockedCompareExchange(&mutex->Count, kFree - 1, kFree) != kFree) return false;
  mutex->Owner = exported_KeGetCurrentThread();
  return true;
}

void release(PFAST_MUTEX mutex) {
  mutex->Owner = nullptr;
  ExReleaseFastMutexUnsafe(mutex);
}

PFAST_MUTEX as_fast_mutex(PKGUARDED_MUTEX mutex) { return reinterpret_cast<PFAST_MUTEX>(mutex); }

// A push lock is a word: held, and by how many readers; with no reader it is held by a writer.
using PushLock = volatile LONG64;
constexpr LONG64 kHeld = 1;
constexpr LONG64 kReader = 16;

bool replace(PushLock* lock, LONG64 from, LONG64 to) {
  return InterlockedCompareExchange64(lock, to, from) == from;
}

void acquire_exclusive(PushLock* lock) {
  while (!replace(lock, 0, kHeld)) {
    const LONG64 seen = *lock;
    if (seen != 0) sleep_while(*lock, seen);
  }
}

void acquire_shared(PushLock* lock) {
  for (;;) {
    const LONG64 seen = *lock;
    if (seen == kHeld) {
      sleep_while(*lock, seen);
    } else if (replace(lock, seen, (seen | kHeld) + kReader)) {
      return;
    }
  }
}

void release_exclusive(PushLock* lock) {
  InterlockedExchange64(lock, 0);
  wake_sleepers(*lock);
}

void release_shared(PushLock* lock) {
  LONG64 seen;
  do {
    seen = *lock;
  } while (!replace(lock, seen, seen - kReader == kHeld ? 0 : seen - kReader));
  wake_sleepers(*lock);
}

void release_either(PushLock* lock) {
  if (*lock == kHeld) {
    release_exclusive(lock);
  } else {
    release_shared(lock);
  }
}

// EX_DEFAULT_PUSH_LOCK_FLAGS: the routine enters and leaves a critical region itself, as the
// header's ExAcquirePushLock macros want it.
constexpr ULONG kEnterCriticalRegion = 1;

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" void supplied_ExAcquireFastMutex(PFAST_MUTEX FastMutex) {
  const KIRQL old_irql = set_irql(APC_LEVEL);
  acquire(FastMutex);
  FastMutex->OldIrql = old_irql;
}

extern "C" BOOLEAN supplied_ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex) {
  const KIRQL old_irql = set_irql(APC_LEVEL);
  if (!try_acquire(FastMutex)) {
    set_irql(old_irql);
    return FALSE;
  }
  FastMutex->OldIrql = old_irql;
  return TRUE;
}

extern "C" void supplied_ExReleaseFastMutex(PFAST_MUTEX FastMutex) {
  const KIRQL old_irql = static_cast<KIRQL>(FastMutex->OldIrql);
  release(FastMutex);
  set_irql(old_irql);
}

extern "C" void supplied_ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex) { acquire(FastMutex); }

extern "C" void supplied_ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex) { release(FastMutex); }

extern "C" void supplied_ExEnterCriticalRegionAndAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex) {
  enter_critical_region();
  acquire(FastMutex);
}

extern "C" void supplied_ExReleaseFastMutexUnsafeAndLeaveCriticalRegion(PFAST_MUTEX FastMutex) {
  release(FastMutex);
  leave_critical_region();
}

extern "C" void supplied_KeAcquireGuardedMutex(PKGUARDED_MUTEX GuardedMutex) {
  enter_guarded_region();
  acquire(as_fast_mutex(GuardedMutex));
}

extern "C" BOOLEAN supplied_KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX GuardedMutex) {
  enter_guarded_region();
  if (try_acquire(as_fast_mutex(GuardedMutex))) return TRUE;
  leave_guarded_region();
  return FALSE;
}

extern "C" void supplied_KeReleaseGuardedMutex(PKGUARDED_MUTEX GuardedMutex) {
  release(as_fast_mutex(GuardedMutex));
  leave_guarded_region();
}

extern "C" void supplied_KeAcquireGuardedMutexUnsafe(PKGUARDED_MUTEX GuardedMutex) {
  acquire(as_fast_mutex(GuardedMutex));
}

extern "C" void supplied_KeReleaseGuardedMutexUnsafe(PKGUARDED_MUTEX GuardedMutex) {
  release(as_fast_mutex(GuardedMutex));
}

extern "C" void supplied_ExInitializePushLock(PushLock* Lock) { *Lock = 0; }

extern "C" void supplied_ExAcquirePushLockExclusiveEx(PushLock* Lock, ULONG Flags) {
  if ((Flags & kEnterCriticalRegion) != 0) enter_critical_region();
  acquire_exclusive(Lock);
}

extern "C" void supplied_ExAcquirePushLockSharedEx(PushLock* Lock, ULONG Flags) {
  if ((Flags & kEnterCriticalRegion) != 0) enter_critical_region();
  acquire_shared(Lock);
}

extern "C" void supplied_ExReleasePushLockExclusiveEx(PushLock* Lock, ULONG Flags) {
  release_exclusive(Lock);
  if ((Flags & kEnterCriticalRegion) != 0) leave_critical_region();
}

extern "C" void supplied_ExReleasePushLockSharedEx(PushLock* Lock, ULONG Flags) {
  release_shared(Lock);
  if ((Flags & kEnterCriticalRegion) != 0) leave_critical_region();
}

extern "C" void supplied_ExfAcquirePushLockExclusive(PushLock* Lock) { acquire_exclusive(Lock); }

extern "C" void supplied_ExfAcquirePushLockShared(PushLock* Lock) { acquire_shared(Lock); }

extern "C" void supplied_ExfReleasePushLock(PushLock* Lock) { release_either(Lock); }

extern "C" void supplied_ExfReleasePushLockExclusive(PushLock* Lock) { release_exclusive(Lock); }

extern "C" void supplied_ExfReleasePushLockShared(PushLock* Lock) { release_shared(Lock); }
