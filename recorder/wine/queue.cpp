// KQUEUE, and what Wine lacks of device queues.
#include "recorder/wine/spinlock.h"
#include "recorder/wine/waiting.h"

namespace ddireplay::recorder::wine {
namespace {

constexpr UCHAR kQueueObject = 4;  // DISPATCHER_HEADER.Type

// Guards every KQUEUE. Header.SignalState is the number of entries; threads sleep on it.
constinit SpinLock lock;

bool is_run_down(const KQUEUE* queue) { return queue->Header.Inserted; }

LONG insert(PRKQUEUE queue, PLIST_ENTRY entry, bool at_head) {
  LONG before;
  {
    SpinGuard guard(lock);
    before = queue->Header.SignalState;
    if (at_head) {
      InsertHeadList(&queue->EntryListHead, entry);
    } else {
      InsertTailList(&queue->EntryListHead, entry);
    }
    ++queue->Header.SignalState;
  }
  wake_sleepers(queue->Header.SignalState);
  return before;
}

ULONG take(PRKQUEUE queue, PLIST_ENTRY* entries, ULONG count) {
  SpinGuard guard(lock);
  ULONG taken = 0;
  while (taken < count && !IsListEmpty(&queue->EntryListHead)) {
    entries[taken++] = RemoveHeadList(&queue->EntryListHead);
    --queue->Header.SignalState;
  }
  return taken;
}

// An entry's place holds a status when the wait gave none.
PLIST_ENTRY as_entry(NTSTATUS status) {
  return reinterpret_cast<PLIST_ENTRY>(static_cast<ULONG_PTR>(status));
}

ULONG remove(PRKQUEUE queue, PLARGE_INTEGER timeout, PLIST_ENTRY* entries, ULONG count) {
  const LONGLONG end = timeout != nullptr ? monotonic_due_time(*timeout) : 0;
  for (;;) {
    const ULONG taken = take(queue, entries, count);
    if (taken != 0) return taken;
    if (is_run_down(queue)) {
      entries[0] = as_entry(STATUS_ABANDONED);
      return 0;
    }
    const LONGLONG rest = end - monotonic_time();
    if (timeout != nullptr && rest <= 0) {
      entries[0] = as_entry(STATUS_TIMEOUT);
      return 0;
    }
    sleep_while(queue->Header.SignalState, LONG{0}, timeout != nullptr ? &rest : nullptr);
  }
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" void supplied_KeInitializeQueue(PRKQUEUE Queue, ULONG Count) {
  *Queue = {};
  Queue->Header.Type = kQueueObject;
  InitializeListHead(&Queue->EntryListHead);
  InitializeListHead(&Queue->ThreadListHead);
  Queue->MaximumCount = Count != 0 ? Count : KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
}

extern "C" LONG supplied_KeInsertQueue(PRKQUEUE Queue, PLIST_ENTRY Entry) {
  return insert(Queue, Entry, false);
}

extern "C" LONG supplied_KeInsertHeadQueue(PRKQUEUE Queue, PLIST_ENTRY Entry) {
  return insert(Queue, Entry, true);
}

extern "C" LONG supplied_KeReadStateQueue(PRKQUEUE Queue) { return Queue->Header.SignalState; }

extern "C" PLIST_ENTRY supplied_KeRemoveQueue(PRKQUEUE Queue, KPROCESSOR_MODE,
                                              PLARGE_INTEGER Timeout) {
  PLIST_ENTRY entry;
  remove(Queue, Timeout, &entry, 1);
  return entry;
}

// Returns how many, or the status of a wait that gave none.
extern "C" ULONG supplied_KeRemoveQueueEx(PRKQUEUE Queue, KPROCESSOR_MODE, BOOLEAN,
                                          PLARGE_INTEGER Timeout, PLIST_ENTRY* EntryArray,
                                          ULONG Count) {
  const ULONG taken = remove(Queue, Timeout, EntryArray, Count);
  return taken != 0 ? taken : static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(EntryArray[0]));
}

// Returns the first of the entries that were left, as a ring without a head, or nullptr.
extern "C" PLIST_ENTRY supplied_KeRundownQueue(PRKQUEUE Queue) {
  PLIST_ENTRY first = nullptr;
  lock.acquire();
  if (!IsListEmpty(&Queue->EntryListHead)) {
    first = Queue->EntryListHead.Flink;
    RemoveEntryList(&Queue->EntryListHead);
    InitializeListHead(&Queue->EntryListHead);
  }
  Queue->Header.Inserted = TRUE;
  Queue->Header.SignalState = 0;
  lock.release();
  wake_sleepers(Queue->Header.SignalState);
  return first;
}

// Device queues: Wine inserts and removes at the ends; these are the ones by key and by entry.

extern "C" BOOLEAN supplied_KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                                     PKDEVICE_QUEUE_ENTRY Entry, ULONG SortKey) {
  SpinLockGuard guard(&DeviceQueue->Lock);
  Entry->SortKey = SortKey;
  Entry->Inserted = DeviceQueue->Busy;
  if (!DeviceQueue->Busy) {
    DeviceQueue->Busy = TRUE;
    return FALSE;
  }
  PLIST_ENTRY place = DeviceQueue->DeviceListHead.Flink;
  while (place != &DeviceQueue->DeviceListHead &&
         CONTAINING_RECORD(place, KDEVICE_QUEUE_ENTRY, DeviceListEntry)->SortKey <= SortKey) {
    place = place->Flink;
  }
  InsertTailList(place, &Entry->DeviceListEntry);
  return TRUE;
}

// The entry with that key or the next higher one; past the highest, the first.
extern "C" PKDEVICE_QUEUE_ENTRY supplied_KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                                                  ULONG SortKey) {
  SpinLockGuard guard(&DeviceQueue->Lock);
  PLIST_ENTRY head = &DeviceQueue->DeviceListHead;
  if (IsListEmpty(head)) {
    DeviceQueue->Busy = FALSE;
    return nullptr;
  }
  PLIST_ENTRY place = head->Flink;
  while (place != head &&
         CONTAINING_RECORD(place, KDEVICE_QUEUE_ENTRY, DeviceListEntry)->SortKey < SortKey) {
    place = place->Flink;
  }
  if (place == head) place = head->Flink;
  RemoveEntryList(place);
  PKDEVICE_QUEUE_ENTRY entry = CONTAINING_RECORD(place, KDEVICE_QUEUE_ENTRY, DeviceListEntry);
  entry->Inserted = FALSE;
  return entry;
}

extern "C" BOOLEAN supplied_KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                                     PKDEVICE_QUEUE_ENTRY Entry) {
  SpinLockGuard guard(&DeviceQueue->Lock);
  if (!Entry->Inserted) return FALSE;
  RemoveEntryList(&Entry->DeviceListEntry);
  Entry->Inserted = FALSE;
  return TRUE;
}
