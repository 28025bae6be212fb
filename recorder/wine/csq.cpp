// Cancel-safe IRP queues. Whoever takes an IRP's cancel routine away owns the IRP: that is the
// whole of what makes them safe.
#include "recorder/wine/irql.h"

namespace ddireplay::recorder::wine {
namespace {

constexpr ULONG kContextType = 1;  // IO_TYPE_CSQ_IRP_CONTEXT
constexpr ULONG kQueueType = 2;    // IO_TYPE_CSQ
constexpr ULONG kQueueExType = 3;  // IO_TYPE_CSQ_EX: CsqInsertIrp takes a context and may refuse

// Where a queued IRP says whose it is: the queue, or the caller's context with the queue in it.
// Both begin with their type.
PVOID& owner_of(PIRP irp) { return irp->Tail.Overlay.DriverContext[3]; }

PIO_CSQ_IRP_CONTEXT context_of(PIRP irp) {
  auto* context = static_cast<PIO_CSQ_IRP_CONTEXT>(owner_of(irp));
  return context != nullptr && context->Type == kContextType ? context : nullptr;
}

PIO_CSQ queue_of(PIRP irp) {
  PIO_CSQ_IRP_CONTEXT context = context_of(irp);
  return context != nullptr ? context->Csq : static_cast<PIO_CSQ>(owner_of(irp));
}

void disown(PIRP irp) {
  PIO_CSQ_IRP_CONTEXT context = context_of(irp);
  if (context != nullptr) context->Irp = nullptr;
  owner_of(irp) = nullptr;
}

void remove_and_disown(PIO_CSQ csq, PIRP irp) {
  csq->CsqRemoveIrp(csq, irp);
  disown(irp);
}

// Called by Wine's cancellation without the IRQL that goes with the lock that it holds.
void NTAPI on_cancel(PDEVICE_OBJECT, PIRP irp) {
  const KIRQL old_irql = irp->CancelIrql;
  set_irql(DISPATCH_LEVEL);
  IoReleaseCancelSpinLock(old_irql);
  set_irql(old_irql);

  PIO_CSQ csq = queue_of(irp);
  KIRQL queue_irql;
  csq->CsqAcquireLock(csq, &queue_irql);
  remove_and_disown(csq, irp);
  csq->CsqReleaseLock(csq, queue_irql);
  csq->CsqCompleteCanceledIrp(csq, irp);
}

NTSTATUS insert(PIO_CSQ csq, PIRP irp, PVOID insert_context) {
  if (csq->Type == kQueueExType) {
    void* routine = reinterpret_cast<void*>(csq->CsqInsertIrp);
    return reinterpret_cast<PIO_CSQ_INSERT_IRP_EX>(routine)(csq, irp, insert_context);
  }
  csq->CsqInsertIrp(csq, irp);
  return STATUS_SUCCESS;
}

// With the queue's lock held. True: it was cancelled before it could be; it isn't queued any more,
// and is to be completed.
bool arm_cancellation(PIO_CSQ csq, PIRP irp) {
  IoSetCancelRoutine(irp, on_cancel);
  if (!irp->Cancel) return false;
  // The routine is still there: the cancellation came too early to see it.
  if (IoSetCancelRoutine(irp, nullptr) == nullptr) return false;
  remove_and_disown(csq, irp);
  return true;
}

NTSTATUS insert_irp(PIO_CSQ csq, PIRP irp, PIO_CSQ_IRP_CONTEXT context, PVOID insert_context) {
  KIRQL irql;
  csq->ReservePointer = nullptr;
  csq->CsqAcquireLock(csq, &irql);
  owner_of(irp) = csq;
  if (context != nullptr) {
    *context = {kContextType, irp, csq};
    owner_of(irp) = context;
  }
  // Before it is in the queue: nobody else may find it there unmarked.
  IoMarkIrpPending(irp);
  const NTSTATUS status = insert(csq, irp, insert_context);
  bool cancelled = false;
  if (NT_SUCCESS(status)) {
    cancelled = arm_cancellation(csq, irp);
  } else {
    disown(irp);
  }
  csq->CsqReleaseLock(csq, irql);
  if (cancelled) csq->CsqCompleteCanceledIrp(csq, irp);
  return status;
}

// With the queue's lock held. False: its cancellation is under way and owns it.
bool take(PIO_CSQ csq, PIRP irp) {
  if (IoSetCancelRoutine(irp, nullptr) == nullptr) return false;
  remove_and_disown(csq, irp);
  return true;
}

PIRP take_next(PIO_CSQ csq, PVOID peek_context) {
  PIRP irp = nullptr;
  do {
    irp = csq->CsqPeekNextIrp(csq, irp, peek_context);
  } while (irp != nullptr && !take(csq, irp));
  return irp;
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" NTSTATUS supplied_IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp,
                                             PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                                             PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
                                             PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                                             PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                                             PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp) {
  *Csq = {kQueueType,     CsqInsertIrp,   CsqRemoveIrp,           CsqPeekNextIrp,
          CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp, nullptr};
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_IoCsqInitializeEx(
    PIO_CSQ Csq, PIO_CSQ_INSERT_IRP_EX CsqInsertIrp, PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
    PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp, PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
    PIO_CSQ_RELEASE_LOCK CsqReleaseLock, PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp) {
  void* routine = reinterpret_cast<void*>(CsqInsertIrp);
  supplied_IoCsqInitialize(Csq, reinterpret_cast<PIO_CSQ_INSERT_IRP>(routine), CsqRemoveIrp,
                           CsqPeekNextIrp, CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp);
  Csq->Type = kQueueExType;
  return STATUS_SUCCESS;
}

extern "C" void supplied_IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context) {
  insert_irp(Csq, Irp, Context, nullptr);
}

extern "C" NTSTATUS supplied_IoCsqInsertIrpEx(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context,
                                              PVOID InsertContext) {
  return insert_irp(Csq, Irp, Context, InsertContext);
}

extern "C" PIRP supplied_IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context) {
  KIRQL irql;
  Csq->CsqAcquireLock(Csq, &irql);
  PIRP irp = Context->Irp;
  if (irp != nullptr && !take(Csq, irp)) irp = nullptr;
  Csq->CsqReleaseLock(Csq, irql);
  return irp;
}

extern "C" PIRP supplied_IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext) {
  KIRQL irql;
  Csq->CsqAcquireLock(Csq, &irql);
  PIRP irp = take_next(Csq, PeekContext);
  Csq->CsqReleaseLock(Csq, irql);
  return irp;
}
