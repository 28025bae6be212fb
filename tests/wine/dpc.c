// DPCs: that they run, where, at which level, and what queueing and removing say.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineDpc";
const WCHAR LinkName[] = L"\\DosDevices\\WineDpc";

typedef struct _RECORD {
  KDPC Dpc;
  KEVENT Ran;
  volatile LONG Runs;
  KIRQL Irql;
  ULONG Processor;        // by the routine
  ULONG InlineProcessor;  // by the instruction that headers make of KeGetCurrentProcessorNumber
  PVOID Argument1;
  PVOID Argument2;
  PKEVENT HoldUntil;
} RECORD, *PRECORD;

static VOID NTAPI RecordDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
  PRECORD Record = Context;

  UNREFERENCED_PARAMETER(Dpc);
  Record->Irql = KeGetCurrentIrql();
  Record->Processor = KeGetCurrentProcessorNumberEx(NULL);
  Record->InlineProcessor = KeGetCurrentProcessorNumber();
  Record->Argument1 = Argument1;
  Record->Argument2 = Argument2;
  while (Record->HoldUntil != NULL && KeReadStateEvent(Record->HoldUntil) == 0) {
    YieldProcessor();
  }
  InterlockedIncrement(&Record->Runs);
  KeSetEvent(&Record->Ran, IO_NO_INCREMENT, FALSE);
}

static VOID InitializeRecord(PRECORD Record) {
  RtlZeroMemory(Record, sizeof(*Record));
  KeInitializeEvent(&Record->Ran, SynchronizationEvent, FALSE);
  KeInitializeDpc(&Record->Dpc, RecordDpc, Record);
}

static VOID RunsAtDispatchLevel(PCHECK_CONTEXT Context) {
  RECORD Record;

  InitializeRecord(&Record);
  EXPECT(KeInsertQueueDpc(&Record.Dpc, (PVOID)1, (PVOID)2));
  EXPECT(WaitMilliseconds(&Record.Ran, 5000) == STATUS_SUCCESS);
  KeFlushQueuedDpcs();
  EXPECT(Record.Irql == DISPATCH_LEVEL);
  EXPECT(Record.Argument1 == (PVOID)1 && Record.Argument2 == (PVOID)2);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static VOID RunsOnTheWantedProcessor(PCHECK_CONTEXT Context) {
  ULONG Count = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  ULONG Number;

  for (Number = 0; Number < Count; ++Number) {
    PROCESSOR_NUMBER Processor = {0, (UCHAR)Number, 0};
    RECORD Record;

    InitializeRecord(&Record);
    EXPECT(NT_SUCCESS(KeSetTargetProcessorDpcEx(&Record.Dpc, &Processor)));
    KeInsertQueueDpc(&Record.Dpc, NULL, NULL);
    KeFlushQueuedDpcs();
    EXPECT(Record.Runs == 1);
    EXPECT(Record.Processor == Number);
    EXPECT(Record.InlineProcessor == Number);
  }
}

static VOID RefusesAProcessorThatIsNotThere(PCHECK_CONTEXT Context) {
  PROCESSOR_NUMBER Processor = {7, 0, 0};
  RECORD Record;

  InitializeRecord(&Record);
  EXPECT(KeSetTargetProcessorDpcEx(&Record.Dpc, &Processor) == STATUS_INVALID_PARAMETER);
}

static VOID ThreadedRunsAtPassiveLevel(PCHECK_CONTEXT Context) {
  RECORD Record;

  InitializeRecord(&Record);
  KeInitializeThreadedDpc(&Record.Dpc, RecordDpc, &Record);
  EXPECT(KeInsertQueueDpc(&Record.Dpc, NULL, NULL));
  EXPECT(WaitMilliseconds(&Record.Ran, 5000) == STATUS_SUCCESS);
  KeFlushQueuedDpcs();
  EXPECT(Record.Irql == PASSIVE_LEVEL);
}

// One DPC holds the processor's queue up; others wait behind it.
static VOID QueuesOnceAndRemoves(PCHECK_CONTEXT Context) {
  PROCESSOR_NUMBER Processor = {0, 0, 0};
  RECORD First;
  RECORD Second;
  KEVENT Go;
  BOOLEAN Results[5];

  KeInitializeEvent(&Go, NotificationEvent, FALSE);
  InitializeRecord(&First);
  InitializeRecord(&Second);
  First.HoldUntil = &Go;
  KeSetTargetProcessorDpcEx(&First.Dpc, &Processor);
  KeSetTargetProcessorDpcEx(&Second.Dpc, &Processor);
  KeInsertQueueDpc(&First.Dpc, NULL, NULL);
  Results[0] = KeInsertQueueDpc(&Second.Dpc, NULL, NULL);
  Results[1] = KeInsertQueueDpc(&Second.Dpc, NULL, NULL);
  Results[2] = KeRemoveQueueDpc(&Second.Dpc);
  Results[3] = KeRemoveQueueDpc(&Second.Dpc);
  Results[4] = KeInsertQueueDpc(&Second.Dpc, NULL, NULL);
  KeSetEvent(&Go, IO_NO_INCREMENT, FALSE);
  KeFlushQueuedDpcs();
  EXPECT(Results[0] && !Results[1]);
  EXPECT(Results[2] && !Results[3]);
  EXPECT(Results[4]);
  EXPECT(First.Runs == 1 && Second.Runs == 1);
}

typedef struct _SHARED_COUNT {
  KSPIN_LOCK Lock;
  ULONG Count;
} SHARED_COUNT;

static VOID NTAPI CountDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
  SHARED_COUNT* Shared = Context;

  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Argument1);
  UNREFERENCED_PARAMETER(Argument2);
  KeAcquireSpinLockAtDpcLevel(&Shared->Lock);
  ++Shared->Count;
  KeReleaseSpinLockFromDpcLevel(&Shared->Lock);
}

static VOID SharesASpinLockWithThreads(PCHECK_CONTEXT Context) {
  SHARED_COUNT Shared;
  ULONG Queued = 0;
  ULONG Round;
  KDPC Dpc;

  KeInitializeSpinLock(&Shared.Lock);
  Shared.Count = 0;
  KeInitializeDpc(&Dpc, CountDpc, &Shared);
  for (Round = 0; Round < 10000; ++Round) {
    KIRQL OldIrql;

    Queued += KeInsertQueueDpc(&Dpc, NULL, NULL);
    KeAcquireSpinLock(&Shared.Lock, &OldIrql);
    ++Shared.Count;
    KeReleaseSpinLock(&Shared.Lock, OldIrql);
  }
  KeFlushQueuedDpcs();
  EXPECT(Shared.Count == Round + Queued);
}

const CHECK Checks[] = {
    CHECK(RunsAtDispatchLevel),
    CHECK(RunsOnTheWantedProcessor),
    CHECK(RefusesAProcessorThatIsNotThere),
    CHECK(ThreadedRunsAtPassiveLevel),
    CHECK(QueuesOnceAndRemoves),
    CHECK(SharesASpinLockWithThreads),
    {NULL, NULL},
};
