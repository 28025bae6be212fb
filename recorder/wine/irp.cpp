// IRPs: cancellation at the level that it has on Windows, and what Wine lacks.
#include "recorder/wine/irql.h"

namespace ddireplay::recorder::wine {
namespace {

// Of one of the IRPs that a master was split into: the last one completes the master.
NTSTATUS NTAPI on_associated_complete(PDEVICE_OBJECT, PIRP irp, PVOID) {
  PIRP master = irp->AssociatedIrp.MasterIrp;
  IoFreeIrp(irp);
  if (InterlockedDecrement(&master->AssociatedIrp.IrpCount) == 0) {
    IoCompleteRequest(master, IO_NO_INCREMENT);
  }
  return STATUS_MORE_PROCESSING_REQUIRED;
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

// Wine's lock is the one that its own cancellation holds; only the IRQL has to be added. Wine says
// that the level before was PASSIVE_LEVEL.

extern "C" void supplied_IoAcquireCancelSpinLock(PKIRQL Irql) {
  KIRQL ignored;
  const KIRQL old_irql = set_irql(DISPATCH_LEVEL);
  IoAcquireCancelSpinLock(&ignored);
  *Irql = old_irql;
}

extern "C" void supplied_IoReleaseCancelSpinLock(KIRQL Irql) {
  IoReleaseCancelSpinLock(Irql);
  set_irql(Irql);
}

// The cancel routine is entered with the lock held, and gives it back.
extern "C" BOOLEAN supplied_IoCancelIrp(PIRP Irp) {
  KIRQL old_irql;
  supplied_IoAcquireCancelSpinLock(&old_irql);
  Irp->Cancel = TRUE;
  PDRIVER_CANCEL routine = IoSetCancelRoutine(Irp, nullptr);
  if (routine == nullptr) {
    supplied_IoReleaseCancelSpinLock(old_irql);
    return FALSE;
  }
  Irp->CancelIrql = old_irql;
  routine(IoGetCurrentIrpStackLocation(Irp)->DeviceObject, Irp);
  return TRUE;
}

extern "C" PIRP supplied_IoAllocateIrpEx(PDEVICE_OBJECT, CCHAR StackSize, BOOLEAN ChargeQuota) {
  return IoAllocateIrp(StackSize, ChargeQuota);
}

extern "C" NTSTATUS supplied_IoSetCompletionRoutineEx(PDEVICE_OBJECT, PIRP Irp,
                                                      PIO_COMPLETION_ROUTINE CompletionRoutine,
                                                      PVOID Context, BOOLEAN InvokeOnSuccess,
                                                      BOOLEAN InvokeOnError,
                                                      BOOLEAN InvokeOnCancel) {
  IoSetCompletionRoutine(Irp, CompletionRoutine, Context, InvokeOnSuccess, InvokeOnError,
                         InvokeOnCancel);
  return STATUS_SUCCESS;
}

// One stack location more than was asked for: the routine that the I/O manager's own completion
// stands for is in the topmost, behind those of all drivers.
extern "C" PIRP supplied_IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize) {
  PIRP associated = IoAllocateIrp(static_cast<CCHAR>(StackSize + 1), FALSE);
  if (associated == nullptr) return nullptr;
  associated->Flags |= IRP_ASSOCIATED_IRP;
  associated->AssociatedIrp.MasterIrp = Irp;
  IoSetCompletionRoutine(associated, on_associated_complete, nullptr, TRUE, TRUE, TRUE);
  IoSetNextIrpStackLocation(associated);
  return associated;
}
