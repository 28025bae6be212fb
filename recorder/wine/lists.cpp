// Interlocked lists and counters. The lock is a driver's spin lock; the IRQL stays as it is,
// because on Windows they work with interrupts off and may be called at any level.
#include "recorder/wine/spinlock.h"

using namespace ddireplay::recorder::wine;

// Insertions return the entry that was first (or last), nullptr for an empty list.

extern "C" PLIST_ENTRY supplied_ExInterlockedInsertHeadList(PLIST_ENTRY ListHead,
                                                            PLIST_ENTRY ListEntry,
                                                            PKSPIN_LOCK Lock) {
  SpinLockGuard guard(Lock);
  PLIST_ENTRY first = IsListEmpty(ListHead) ? nullptr : ListHead->Flink;
  InsertHeadList(ListHead, ListEntry);
  return first;
}

extern "C" PLIST_ENTRY supplied_ExInterlockedInsertTailList(PLIST_ENTRY ListHead,
                                                            PLIST_ENTRY ListEntry,
                                                            PKSPIN_LOCK Lock) {
  SpinLockGuard guard(Lock);
  PLIST_ENTRY last = IsListEmpty(ListHead) ? nullptr : ListHead->Blink;
  InsertTailList(ListHead, ListEntry);
  return last;
}

extern "C" PLIST_ENTRY supplied_ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead,
                                                            PKSPIN_LOCK Lock) {
  SpinLockGuard guard(Lock);
  return IsListEmpty(ListHead) ? nullptr : RemoveHeadList(ListHead);
}

extern "C" PSINGLE_LIST_ENTRY supplied_ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                  PSINGLE_LIST_ENTRY ListEntry,
                                                                  PKSPIN_LOCK Lock) {
  SpinLockGuard guard(Lock);
  PSINGLE_LIST_ENTRY first = ListHead->Next;
  ListEntry->Next = first;
  ListHead->Next = ListEntry;
  return first;
}

extern "C" PSINGLE_LIST_ENTRY supplied_ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                 PKSPIN_LOCK Lock) {
  SpinLockGuard guard(Lock);
  PSINGLE_LIST_ENTRY first = ListHead->Next;
  if (first != nullptr) ListHead->Next = first->Next;
  return first;
}

// Both return the value before.

extern "C" ULONG supplied_ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock) {
  SpinLockGuard guard(Lock);
  const ULONG before = *Addend;
  *Addend = before + Increment;
  return before;
}

extern "C" LARGE_INTEGER supplied_ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend,
                                                               LARGE_INTEGER Increment,
                                                               PKSPIN_LOCK Lock) {
  SpinLockGuard guard(Lock);
  const LARGE_INTEGER before = *Addend;
  Addend->QuadPart += Increment.QuadPart;
  return before;
}
