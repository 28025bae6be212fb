// Work items of both kinds.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineWorkItem";
const WCHAR LinkName[] = L"\\DosDevices\\WineWorkItem";

typedef struct _JOB {
  KEVENT Done;
  KIRQL Irql;
  PVOID Object;
  PIO_WORKITEM WorkItem;
  volatile LONG Runs;
} JOB, *PJOB;

static VOID InitializeJob(PJOB Job) {
  RtlZeroMemory(Job, sizeof(*Job));
  KeInitializeEvent(&Job->Done, SynchronizationEvent, FALSE);
}

static VOID Finish(PJOB Job) {
  Job->Irql = KeGetCurrentIrql();
  InterlockedIncrement(&Job->Runs);
  KeSetEvent(&Job->Done, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI IoWorker(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  PJOB Job = Context;

  Job->Object = DeviceObject;
  Finish(Job);
}

static VOID NTAPI IoWorkerEx(PVOID IoObject, PVOID Context, PIO_WORKITEM WorkItem) {
  PJOB Job = Context;

  Job->Object = IoObject;
  Job->WorkItem = WorkItem;
  Finish(Job);
}

static VOID NTAPI ExWorker(PVOID Parameter) { Finish(Parameter); }

static VOID RunsWithItsDevice(PCHECK_CONTEXT Context) {
  PIO_WORKITEM WorkItem = IoAllocateWorkItem(Context->DeviceObject);
  NTSTATUS Waited;
  KIRQL OldIrql;
  JOB Job;

  EXPECT(WorkItem != NULL);
  InitializeJob(&Job);
  KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
  IoQueueWorkItem(WorkItem, IoWorker, DelayedWorkQueue, &Job);
  KeLowerIrql(OldIrql);
  Waited = WaitMilliseconds(&Job.Done, 5000);
  IoFreeWorkItem(WorkItem);
  EXPECT(Waited == STATUS_SUCCESS);
  EXPECT(Job.Object == Context->DeviceObject);
  EXPECT(Job.Irql == PASSIVE_LEVEL);
}

static VOID ExFormGetsTheWorkItem(PCHECK_CONTEXT Context) {
  PIO_WORKITEM WorkItem = ExAllocatePoolWithTag(NonPagedPool, IoSizeofWorkItem(), SUITE_TAG);
  NTSTATUS Waited;
  JOB Job;

  EXPECT(WorkItem != NULL);
  InitializeJob(&Job);
  IoInitializeWorkItem(Context->DeviceObject, WorkItem);
  IoQueueWorkItemEx(WorkItem, IoWorkerEx, CriticalWorkQueue, &Job);
  Waited = WaitMilliseconds(&Job.Done, 5000);
  IoUninitializeWorkItem(WorkItem);
  EXPECT(Waited == STATUS_SUCCESS);
  EXPECT(Job.Object == Context->DeviceObject);
  EXPECT(Job.WorkItem == WorkItem);
  ExFreePoolWithTag(WorkItem, SUITE_TAG);
}

static VOID ExQueueWorkItemRuns(PCHECK_CONTEXT Context) {
  WORK_QUEUE_ITEM Item;
  JOB Job;

  InitializeJob(&Job);
  ExInitializeWorkItem(&Item, ExWorker, &Job);
  ExQueueWorkItem(&Item, DelayedWorkQueue);
  EXPECT(WaitMilliseconds(&Job.Done, 5000) == STATUS_SUCCESS);
}

typedef struct _CHAIN {
  WORK_QUEUE_ITEM Item;
  PKEVENT Wait;  // for which it waits first
  JOB Job;
} CHAIN, *PCHAIN;

static VOID NTAPI ChainWorker(PVOID Parameter) {
  PCHAIN Chain = Parameter;

  if (Chain->Wait != NULL) {
    KeWaitForSingleObject(Chain->Wait, Executive, KernelMode, FALSE, NULL);
  }
  Finish(&Chain->Job);
}

// Each waits for one that is queued after it: there must be a thread for every one.
static VOID WaitingWorkersDontBlockOthers(PCHECK_CONTEXT Context) {
  CHAIN Chain[8];
  BOOLEAN AllDone = TRUE;
  ULONG Number;

  for (Number = 0; Number < RTL_NUMBER_OF(Chain); ++Number) {
    InitializeJob(&Chain[Number].Job);
    Chain[Number].Wait = Number + 1 < RTL_NUMBER_OF(Chain) ? &Chain[Number + 1].Job.Done : NULL;
  }
  for (Number = 0; Number < RTL_NUMBER_OF(Chain); ++Number) {
    ExInitializeWorkItem(&Chain[Number].Item, ChainWorker, &Chain[Number]);
    ExQueueWorkItem(&Chain[Number].Item, DelayedWorkQueue);
  }
  AllDone = WaitMilliseconds(&Chain[0].Job.Done, 5000) == STATUS_SUCCESS;
  EXPECT(AllDone);
}

static VOID ManyAreEachRunOnce(PCHECK_CONTEXT Context) {
  JOB Job;
  ULONG Round;

  InitializeJob(&Job);
  for (Round = 0; Round < 2000; ++Round) {
    WORK_QUEUE_ITEM Item;

    ExInitializeWorkItem(&Item, ExWorker, &Job);
    ExQueueWorkItem(&Item, DelayedWorkQueue);
    EXPECT(WaitMilliseconds(&Job.Done, 5000) == STATUS_SUCCESS);
  }
  EXPECT(Job.Runs == 2000);
}

const CHECK Checks[] = {
    CHECK(RunsWithItsDevice),   CHECK(ExFormGetsTheWorkItem),
    CHECK(ExQueueWorkItemRuns), CHECK(WaitingWorkersDontBlockOthers),
    CHECK(ManyAreEachRunOnce),  {NULL, NULL},
};
