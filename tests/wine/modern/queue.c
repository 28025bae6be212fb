// Modern: cancel-safe queues of IRPs.

#include "modern.h"

static PIRP_QUEUE QueueOf(PIO_CSQ Csq) { return CONTAINING_RECORD(Csq, IRP_QUEUE, Csq); }

static VOID NTAPI InsertIrp(PIO_CSQ Csq, PIRP Irp) {
  InsertTailList(&QueueOf(Csq)->Irps, &Irp->Tail.Overlay.ListEntry);
}

static VOID NTAPI RemoveIrp(PIO_CSQ Csq, PIRP Irp) {
  UNREFERENCED_PARAMETER(Csq);
  RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}

static PIRP NTAPI PeekNextIrp(PIO_CSQ Csq, PIRP Irp, PVOID PeekContext) {
  PLIST_ENTRY Head = &QueueOf(Csq)->Irps;
  PLIST_ENTRY Next = Irp == NULL ? Head->Flink : Irp->Tail.Overlay.ListEntry.Flink;

  UNREFERENCED_PARAMETER(PeekContext);
  return Next == Head ? NULL : CONTAINING_RECORD(Next, IRP, Tail.Overlay.ListEntry);
}

static VOID NTAPI AcquireLock(PIO_CSQ Csq, PKIRQL Irql) {
  KeAcquireSpinLock(&QueueOf(Csq)->Lock, Irql);
}

static VOID NTAPI ReleaseLock(PIO_CSQ Csq, KIRQL Irql) {
  ExpectIrql(QueueOf(Csq)->Extension, DISPATCH_LEVEL);
  KeReleaseSpinLock(&QueueOf(Csq)->Lock, Irql);
}

static VOID NTAPI CompleteCanceledIrp(PIO_CSQ Csq, PIRP Irp) {
  PDEVICE_EXTENSION Extension = QueueOf(Csq)->Extension;

  Count(Extension, &Extension->Statistics.Cancelled);
  CompleteRequest(Extension, Irp, STATUS_CANCELLED, 0);
}

VOID InitializeQueue(PIRP_QUEUE Queue, PDEVICE_EXTENSION Extension) {
  InitializeListHead(&Queue->Irps);
  KeInitializeSpinLock(&Queue->Lock);
  Queue->Extension = Extension;
  IoCsqInitialize(&Queue->Csq, InsertIrp, RemoveIrp, PeekNextIrp, AcquireLock, ReleaseLock,
                  CompleteCanceledIrp);
}

NTSTATUS Enqueue(PIRP_QUEUE Queue, PIRP Irp) {
  IoCsqInsertIrp(&Queue->Csq, Irp, NULL);
  return STATUS_PENDING;
}

PIRP Dequeue(PIRP_QUEUE Queue) { return IoCsqRemoveNextIrp(&Queue->Csq, NULL); }
