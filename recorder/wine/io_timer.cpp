// A device's timer: its routine is called once a second at DISPATCH_LEVEL while it is started.
#include "recorder/wine/timer.h"

extern "C" void supplied_KeInitializeDpc(PKDPC Dpc, PKDEFERRED_ROUTINE Routine, PVOID Context);

struct _IO_TIMER {
  KTIMER timer;
  KDPC dpc;
  PDEVICE_OBJECT device;
  PIO_TIMER_ROUTINE routine;
  PVOID context;
};

namespace ddireplay::recorder::wine {
namespace {

constexpr ULONG kPeriodMilliseconds = 1000;

void NTAPI on_second(PKDPC, PVOID timer_, PVOID, PVOID) {
  auto* timer = static_cast<PIO_TIMER>(timer_);
  timer->routine(timer->device, timer->context);
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

// It is never freed: on Windows it goes with the device, of whose end nobody tells us.
extern "C" NTSTATUS supplied_IoInitializeTimer(PDEVICE_OBJECT DeviceObject,
                                               PIO_TIMER_ROUTINE TimerRoutine, PVOID Context) {
  PIO_TIMER timer = DeviceObject->Timer;
  if (timer == nullptr) {
    timer =
        static_cast<PIO_TIMER>(ExAllocatePoolWithTag(NonPagedPool, sizeof(_IO_TIMER), kPoolTag));
    if (timer == nullptr) return STATUS_INSUFFICIENT_RESOURCES;
    initialize_timer(&timer->timer, NotificationTimer);
    supplied_KeInitializeDpc(&timer->dpc, on_second, timer);
    DeviceObject->Timer = timer;
  }
  timer->device = DeviceObject;
  timer->routine = TimerRoutine;
  timer->context = Context;
  return STATUS_SUCCESS;
}

extern "C" void supplied_IoStartTimer(PDEVICE_OBJECT DeviceObject) {
  PIO_TIMER timer = DeviceObject->Timer;
  LARGE_INTEGER due;
  due.QuadPart = -k100nsPerSecond;
  arm_timer(&timer->timer, due, kPeriodMilliseconds, &timer->dpc);
}

extern "C" void supplied_IoStopTimer(PDEVICE_OBJECT DeviceObject) {
  cancel_timer(&DeviceObject->Timer->timer);
}
