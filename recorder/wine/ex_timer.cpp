// EX_TIMER: a timer with a callback at DISPATCH_LEVEL, made of a KTIMER and a KDPC of ours.
#include "recorder/wine/timer.h"
#include "recorder/wine/waiting.h"

extern "C" void supplied_KeInitializeDpc(PKDPC Dpc, PKDEFERRED_ROUTINE Routine, PVOID Context);
extern "C" BOOLEAN supplied_KeRemoveQueueDpcEx(PKDPC Dpc, BOOLEAN WaitIfActive);

struct _EX_TIMER {
  KTIMER timer;
  KDPC dpc;
  PEXT_CALLBACK callback;
  PVOID context;
  const char* volatile running_on;  // the thread block of its callback's thread
  EXT_DELETE_PARAMETERS deletion;
  bool is_deleted;
};

namespace ddireplay::recorder::wine {
namespace {

constexpr ULONG kNotification = 1u << 31;  // EX_TIMER_NOTIFICATION

void finish_deletion(PEX_TIMER timer) {
  const EXT_DELETE_PARAMETERS& deletion = timer->deletion;
  if (deletion.DeleteCallback != nullptr) deletion.DeleteCallback(deletion.DeleteContext);
  ExFreePoolWithTag(timer, kPoolTag);
}

void NTAPI on_expiry(PKDPC, PVOID timer_, PVOID, PVOID) {
  auto* timer = static_cast<PEX_TIMER>(timer_);
  timer->running_on = thread_block();
  timer->callback(timer, timer->context);
  timer->running_on = nullptr;
  if (timer->is_deleted) finish_deletion(timer);
}

// A period in 100 ns units, for a timer that counts milliseconds: rounded up, as it is on Windows
// to the clock's ticks.
ULONG milliseconds(LONGLONG period) {
  return static_cast<ULONG>((period + k100nsPerMillisecond - 1) / k100nsPerMillisecond);
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" PEX_TIMER supplied_ExAllocateTimer(PEXT_CALLBACK Callback, PVOID CallbackContext,
                                              ULONG Attributes) {
  auto* timer =
      static_cast<PEX_TIMER>(ExAllocatePoolWithTag(NonPagedPool, sizeof(_EX_TIMER), kPoolTag));
  if (timer == nullptr) return nullptr;
  *timer = {};
  initialize_timer(&timer->timer,
                   (Attributes & kNotification) != 0 ? NotificationTimer : SynchronizationTimer);
  supplied_KeInitializeDpc(&timer->dpc, on_expiry, timer);
  timer->callback = Callback;
  timer->context = CallbackContext;
  return timer;
}

extern "C" BOOLEAN supplied_ExSetTimer(PEX_TIMER Timer, LONGLONG DueTime, LONGLONG Period, PVOID) {
  LARGE_INTEGER due;
  due.QuadPart = DueTime;
  return arm_timer(&Timer->timer, due, milliseconds(Period),
                   Timer->callback != nullptr ? &Timer->dpc : nullptr);
}

extern "C" BOOLEAN supplied_ExCancelTimer(PEX_TIMER Timer, PVOID) {
  return cancel_timer(&Timer->timer);
}

// Here the timer is gone, and its delete callback has been called, before the return; only a
// callback that deletes its own timer outlives it.
extern "C" BOOLEAN supplied_ExDeleteTimer(PEX_TIMER Timer, BOOLEAN Cancel, BOOLEAN,
                                          PEXT_DELETE_PARAMETERS Parameters) {
  const BOOLEAN cancelled = Cancel && cancel_timer(&Timer->timer);
  if (Parameters != nullptr) Timer->deletion = *Parameters;
  if (Timer->running_on == thread_block()) {
    Timer->is_deleted = true;
  } else {
    supplied_KeRemoveQueueDpcEx(&Timer->dpc, TRUE);
    finish_deletion(Timer);
  }
  return cancelled;
}
