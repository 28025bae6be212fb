#include "recorder/wine/timer.h"

#include "recorder/wine/dpc.h"
#include "recorder/wine/irql.h"
#include "recorder/wine/waiting.h"

namespace ddireplay::recorder::wine {
namespace {

// Object types, as the kernel numbers them in DISPATCHER_HEADER.Type.
constexpr UCHAR kNotificationTimerObject = 8;
constexpr UCHAR kSynchronizationTimerObject = 9;

// An armed timer. This list, not one through the KTIMERs, says what is armed: a driver that frees
// an armed timer is what some recordings are made to show, and must not take the list with it.
struct ArmedTimer {
  ArmedTimer* next;
  PKTIMER timer;
  PKDPC dpc;
  LONGLONG due;  // as monotonic_time()
  ULONG period;
};

constexpr ULONG kArmedTimersMax = 4096;

// Guards the list, and what KTIMERs say of themselves.
constinit SpinLock lock;
ArmedTimer* storage;
ArmedTimer* unused;
ArmedTimer* armed;      // the next to expire first
volatile LONG changes;  // the thread sleeps on it
bool stopping;
constinit HostThread thread;

void note_change() {
  InterlockedIncrement(&changes);
  wake_sleepers(changes);
}

// An event and a timer differ, to Wine, in nothing that these two look at.
PKEVENT as_event(PKTIMER timer) { return reinterpret_cast<PKEVENT>(timer); }

// Is this still the timer that was armed, or has its memory become something else?
bool is_intact(const ArmedTimer& entry) {
  return MmIsAddressValid(entry.timer) && entry.timer->Header.Inserted &&
         entry.timer->DueTime.QuadPart == static_cast<ULONGLONG>(entry.due);
}

void insert(ArmedTimer* entry) {
  ArmedTimer** place = &armed;
  while (*place != nullptr && (*place)->due <= entry->due) place = &(*place)->next;
  entry->next = *place;
  *place = entry;
  entry->timer->DueTime.QuadPart = static_cast<ULONGLONG>(entry->due);
  entry->timer->Header.Inserted = TRUE;
}

void discard(ArmedTimer* entry) {
  entry->next = unused;
  unused = entry;
}

bool disarm(PKTIMER timer) {
  for (ArmedTimer** place = &armed; *place != nullptr; place = &(*place)->next) {
    ArmedTimer* entry = *place;
    if (entry->timer != timer) continue;
    *place = entry->next;
    discard(entry);
    timer->Header.Inserted = FALSE;
    return true;
  }
  return false;
}

// All under the lock: when KeCancelTimer has said that the timer isn't armed, nothing touches it
// any more but its DPC, for which there is KeFlushQueuedDpcs.
void expire(ArmedTimer* entry) {
  if (!is_intact(*entry)) {
    discard(entry);
    return;
  }
  entry->timer->Header.Inserted = FALSE;
  KeSetEvent(as_event(entry->timer), IO_NO_INCREMENT, FALSE);
  if (entry->dpc != nullptr) queue_dpc(entry->dpc, nullptr, nullptr);
  if (entry->period == 0) {
    discard(entry);
    return;
  }
  entry->due += entry->period * k100nsPerMillisecond;
  insert(entry);
}

// Returns the time until the next one is due; negative: there is none.
LONGLONG expire_what_is_due() {
  SpinGuard guard(lock);
  const LONGLONG now = monotonic_time();
  while (armed != nullptr && armed->due <= now) {
    ArmedTimer* entry = armed;
    armed = entry->next;
    expire(entry);
  }
  return armed != nullptr ? armed->due - now : -1;
}

void NTAPI timer_thread(PVOID) {
  for (;;) {
    const LONG seen = changes;
    if (stopping) break;
    const LONGLONG rest = expire_what_is_due();
    sleep_while(changes, seen, rest < 0 ? nullptr : &rest);
  }
  PsTerminateSystemThread(STATUS_SUCCESS);
}

}  // namespace

bool start_timers() {
  storage = static_cast<ArmedTimer*>(
      ExAllocatePoolWithTag(NonPagedPool, kArmedTimersMax * sizeof(ArmedTimer), kPoolTag));
  if (storage == nullptr) return false;
  armed = nullptr;
  unused = nullptr;
  for (ULONG i = 0; i < kArmedTimersMax; ++i) discard(&storage[i]);
  stopping = false;
  if (thread.start(timer_thread, nullptr)) return true;
  ExFreePoolWithTag(storage, kPoolTag);
  return false;
}

bool stop_timers() {
  stopping = true;
  note_change();
  if (!thread.join()) return false;
  lock.acquire();
  armed = nullptr;
  unused = nullptr;
  lock.release();
  ExFreePoolWithTag(storage, kPoolTag);
  return true;
}

void initialize_timer(PKTIMER timer, TIMER_TYPE type) {
  *timer = {};
  timer->Header.Type =
      type == NotificationTimer ? kNotificationTimerObject : kSynchronizationTimerObject;
}

bool arm_timer(PKTIMER timer, LARGE_INTEGER due, ULONG period, PKDPC dpc) {
  const LONGLONG due_at = monotonic_due_time(due);
  bool was_armed;
  {
    SpinGuard guard(lock);
    was_armed = disarm(timer);
    KeResetEvent(as_event(timer));
    ArmedTimer* entry = unused;
    if (entry != nullptr) {
      unused = entry->next;
      *entry = {nullptr, timer, dpc, due_at, period};
      timer->Period = period;
      insert(entry);
    }
  }
  note_change();
  return was_armed;
}

bool cancel_timer(PKTIMER timer) {
  SpinGuard guard(lock);
  return disarm(timer);
}

}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" void supplied_KeInitializeTimer(PKTIMER Timer) {
  initialize_timer(Timer, NotificationTimer);
}

extern "C" void supplied_KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type) {
  initialize_timer(Timer, Type);
}

extern "C" BOOLEAN supplied_KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc) {
  return arm_timer(Timer, DueTime, 0, Dpc);
}

extern "C" BOOLEAN supplied_KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period,
                                         PKDPC Dpc) {
  return arm_timer(Timer, DueTime, static_cast<ULONG>(Period), Dpc);
}

// The tolerable delay is leave to be late, which nobody has to take.
extern "C" BOOLEAN supplied_KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime,
                                                  ULONG Period, ULONG, PKDPC Dpc) {
  return arm_timer(Timer, DueTime, Period, Dpc);
}

extern "C" BOOLEAN supplied_KeCancelTimer(PKTIMER Timer) { return cancel_timer(Timer); }

extern "C" BOOLEAN supplied_KeReadStateTimer(PKTIMER Timer) {
  return Timer->Header.SignalState != 0;
}
