#include "checkers/ledger/ledger.h"

// DDIs that many rows name together.
#define POOL_ALLOCATE                                                   \
  "ExAllocatePool ExAllocatePoolWithTag ExAllocatePoolWithTagPriority " \
  "ExAllocatePoolWithQuota ExAllocatePoolWithQuotaTag ExAllocatePool2 ExAllocatePool3"
#define POOL_FREE "ExFreePool ExFreePoolWithTag ExFreePool2"
#define LOCKS                                                                                 \
  "KeAcquireSpinLockRaiseToDpc KeAcquireSpinLockAtDpcLevel KeTryToAcquireSpinLockAtDpcLevel " \
  "KeAcquireInStackQueuedSpinLock KeAcquireInStackQueuedSpinLockAtDpcLevel "                  \
  "KeReleaseSpinLock KeReleaseSpinLockFromDpcLevel KeReleaseInStackQueuedSpinLock "           \
  "KeReleaseInStackQueuedSpinLockFromDpcLevel ExAcquireFastMutex ExTryToAcquireFastMutex "    \
  "ExAcquireFastMutexUnsafe KeAcquireGuardedMutex KeTryToAcquireGuardedMutex "                \
  "KeWaitForSingleObject ExReleaseFastMutex ExReleaseFastMutexUnsafe "                        \
  "KeReleaseGuardedMutex KeReleaseMutex"
#define LOOKASIDE_LISTS                                                                 \
  "ExInitializeNPagedLookasideList ExInitializePagedLookasideList "                     \
  "ExInitializeLookasideListEx ExDeleteNPagedLookasideList ExDeletePagedLookasideList " \
  "ExDeleteLookasideListEx"
#define TIMERS                                                                           \
  "KeInitializeTimer KeInitializeTimerEx KeSetTimer KeSetTimerEx KeSetCoalescableTimer " \
  "KeCancelTimer"
#define DPCS                                                                   \
  "KeInitializeDpc KeInitializeThreadedDpc KeInsertQueueDpc KeRemoveQueueDpc " \
  "KeRemoveQueueDpcEx KeFlushQueuedDpcs"

namespace ddireplay::checkers {
namespace {

using enum Reach;

constexpr LedgerRow kRows[] = {
#include "checkers/ledger/ledger_rows.inc"
};

}  // namespace

std::span<const LedgerRow> ledger_rows() { return kRows; }

}  // namespace ddireplay::checkers
