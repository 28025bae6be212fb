// Interlocked lists, KQUEUE and device queues.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineLists";
const WCHAR LinkName[] = L"\\DosDevices\\WineLists";

static VOID InterlockedListReturnsNeighbours(PCHECK_CONTEXT Context) {
  LIST_ENTRY Head, First, Second, Third;
  KSPIN_LOCK Lock;

  KeInitializeSpinLock(&Lock);
  InitializeListHead(&Head);
  EXPECT(ExInterlockedRemoveHeadList(&Head, &Lock) == NULL);
  EXPECT(ExInterlockedInsertHeadList(&Head, &Second, &Lock) == NULL);
  EXPECT(ExInterlockedInsertHeadList(&Head, &First, &Lock) == &Second);
  EXPECT(ExInterlockedInsertTailList(&Head, &Third, &Lock) == &Second);
  EXPECT(ExInterlockedRemoveHeadList(&Head, &Lock) == &First);
  EXPECT(ExInterlockedRemoveHeadList(&Head, &Lock) == &Second);
  EXPECT(ExInterlockedRemoveHeadList(&Head, &Lock) == &Third);
  EXPECT(IsListEmpty(&Head));
}

static VOID SinglyLinkedIsAStack(PCHECK_CONTEXT Context) {
  SINGLE_LIST_ENTRY Head = {NULL};
  SINGLE_LIST_ENTRY First, Second;
  KSPIN_LOCK Lock;

  KeInitializeSpinLock(&Lock);
  EXPECT(ExInterlockedPopEntryList(&Head, &Lock) == NULL);
  EXPECT(ExInterlockedPushEntryList(&Head, &First, &Lock) == NULL);
  EXPECT(ExInterlockedPushEntryList(&Head, &Second, &Lock) == &First);
  EXPECT(ExInterlockedPopEntryList(&Head, &Lock) == &Second);
  EXPECT(ExInterlockedPopEntryList(&Head, &Lock) == &First);
}

static VOID CountersReturnTheValueBefore(PCHECK_CONTEXT Context) {
  LARGE_INTEGER Large = {.QuadPart = 5};
  LARGE_INTEGER Three = {.QuadPart = 3};
  ULONG Small = 7;
  KSPIN_LOCK Lock;

  KeInitializeSpinLock(&Lock);
  EXPECT(ExInterlockedAddUlong(&Small, 3, &Lock) == 7 && Small == 10);
  EXPECT(ExInterlockedAddLargeInteger(&Large, Three, &Lock).QuadPart == 5);
  EXPECT(Large.QuadPart == 8);
}

typedef struct _CONSUMER {
  KQUEUE Queue;
  volatile LONG Taken;
  volatile ULONG_PTR Last;
} CONSUMER, *PCONSUMER;

static VOID NTAPI Consume(PVOID Argument) {
  PCONSUMER Consumer = Argument;

  for (;;) {
    PLIST_ENTRY Entry = KeRemoveQueue(&Consumer->Queue, KernelMode, NULL);

    if ((ULONG_PTR)Entry == STATUS_ABANDONED) {
      Consumer->Last = (ULONG_PTR)Entry;
      break;
    }
    InterlockedIncrement(&Consumer->Taken);
  }
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID QueueHandsEntriesToAThread(PCHECK_CONTEXT Context) {
  LIST_ENTRY Entries[100];
  CONSUMER Consumer = {.Taken = 0};
  PVOID Thread;
  ULONG Number;

  KeInitializeQueue(&Consumer.Queue, 0);
  Thread = StartThread(Consume, &Consumer);
  EXPECT(Thread != NULL);
  for (Number = 0; Number < RTL_NUMBER_OF(Entries); ++Number) {
    KeInsertQueue(&Consumer.Queue, &Entries[Number]);
  }
  for (Number = 0; Number < 500 && Consumer.Taken != RTL_NUMBER_OF(Entries); ++Number) {
    SleepMilliseconds(10);
  }
  EXPECT(KeRundownQueue(&Consumer.Queue) == NULL);
  JoinThread(Thread);
  EXPECT(Consumer.Taken == RTL_NUMBER_OF(Entries));
  EXPECT(Consumer.Last == STATUS_ABANDONED);
}

static VOID QueueTimesOutAndRunsDown(PCHECK_CONTEXT Context) {
  LARGE_INTEGER Timeout = {.QuadPart = -10000};
  LIST_ENTRY First, Second;
  KQUEUE Queue;

  KeInitializeQueue(&Queue, 0);
  EXPECT((ULONG_PTR)KeRemoveQueue(&Queue, KernelMode, &Timeout) == STATUS_TIMEOUT);
  EXPECT(KeInsertQueue(&Queue, &Second) == 0);
  EXPECT(KeInsertHeadQueue(&Queue, &First) == 1);
  EXPECT(KeRundownQueue(&Queue) == &First);
  EXPECT(First.Flink == &Second && Second.Flink == &First);
}

static VOID DeviceQueueSortsByKey(PCHECK_CONTEXT Context) {
  KDEVICE_QUEUE_ENTRY Busy, Low, High;
  KDEVICE_QUEUE Queue;
  PKDEVICE_QUEUE_ENTRY First;
  PKDEVICE_QUEUE_ENTRY Last;
  BOOLEAN WasBusy;
  BOOLEAN Queued;
  BOOLEAN WasThere;
  BOOLEAN IsThere;
  KIRQL OldIrql;

  KeInitializeDeviceQueue(&Queue);
  KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
  WasBusy = KeInsertByKeyDeviceQueue(&Queue, &Busy, 1);
  Queued = KeInsertByKeyDeviceQueue(&Queue, &High, 9) && KeInsertByKeyDeviceQueue(&Queue, &Low, 3);
  First = KeRemoveByKeyDeviceQueue(&Queue, 5);
  WasThere = KeRemoveEntryDeviceQueue(&Queue, &Low);
  IsThere = KeRemoveEntryDeviceQueue(&Queue, &Low);
  Last = KeRemoveDeviceQueue(&Queue);
  KeLowerIrql(OldIrql);
  EXPECT(!WasBusy && Queued);
  EXPECT(First == &High);
  EXPECT(WasThere && !IsThere);
  EXPECT(Last == NULL);
}

const CHECK Checks[] = {
    CHECK(InterlockedListReturnsNeighbours),
    CHECK(SinglyLinkedIsAStack),
    CHECK(CountersReturnTheValueBefore),
    CHECK(QueueHandsEntriesToAThread),
    CHECK(QueueTimesOutAndRunsDown),
    CHECK(DeviceQueueSortsByKey),
    {NULL, NULL},
};
