// Interrupt objects. There is no device to interrupt: a service routine is never called. What works
// is what drivers do at device level of their own will.
#include "recorder/wine/irql.h"
#include "recorder/wine/spinlock.h"

// The driver knows it by its address only.
struct _KINTERRUPT {
  PKSPIN_LOCK lock;  // the driver's, or our own
  KSPIN_LOCK own_lock;
  KIRQL level;
};

namespace ddireplay::recorder::wine {
namespace {

KIRQL acquire(PKINTERRUPT interrupt) {
  const KIRQL old_irql = set_irql(interrupt->level);
  acquire_spin_lock(interrupt->lock);
  return old_irql;
}

void release(PKINTERRUPT interrupt, KIRQL old_irql) {
  release_spin_lock(interrupt->lock);
  set_irql(old_irql);
}

NTSTATUS connect(PKINTERRUPT* connected, PKSPIN_LOCK lock, KIRQL level) {
  auto* interrupt =
      static_cast<PKINTERRUPT>(ExAllocatePoolWithTag(NonPagedPool, sizeof(_KINTERRUPT), kPoolTag));
  if (interrupt == nullptr) return STATUS_INSUFFICIENT_RESOURCES;
  interrupt->own_lock = 0;
  interrupt->lock = lock != nullptr ? lock : &interrupt->own_lock;
  interrupt->level = level;
  *connected = interrupt;
  return STATUS_SUCCESS;
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" NTSTATUS supplied_IoConnectInterrupt(PKINTERRUPT* InterruptObject, PKSERVICE_ROUTINE,
                                                PVOID, PKSPIN_LOCK SpinLock, ULONG, KIRQL,
                                                KIRQL SynchronizeIrql, KINTERRUPT_MODE, BOOLEAN,
                                                KAFFINITY, BOOLEAN) {
  return connect(InterruptObject, SpinLock, SynchronizeIrql);
}

// Only the form that says everything itself: for the others a PnP manager would have to know lines.
extern "C" NTSTATUS supplied_IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS Parameters) {
  if (Parameters->Version != CONNECT_FULLY_SPECIFIED) return STATUS_NOT_FOUND;
  auto& wanted = Parameters->FullySpecified;
  return connect(wanted.InterruptObject, wanted.SpinLock, wanted.SynchronizeIrql);
}

extern "C" void supplied_IoDisconnectInterrupt(PKINTERRUPT InterruptObject) {
  ExFreePoolWithTag(InterruptObject, kPoolTag);
}

extern "C" void supplied_IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters) {
  ExFreePoolWithTag(Parameters->ConnectionContext.InterruptObject, kPoolTag);
}

extern "C" KIRQL supplied_KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt) {
  return acquire(Interrupt);
}

extern "C" void supplied_KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql) {
  release(Interrupt, OldIrql);
}

extern "C" BOOLEAN supplied_KeSynchronizeExecution(PKINTERRUPT Interrupt,
                                                   PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                                                   PVOID SynchronizeContext) {
  const KIRQL old_irql = acquire(Interrupt);
  const BOOLEAN result = SynchronizeRoutine(SynchronizeContext);
  release(Interrupt, old_irql);
  return result;
}
