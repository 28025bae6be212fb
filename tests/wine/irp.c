// IRPs that wait: cancel-safe queues, cancellation's IRQL, completion routines.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineIrp";
const WCHAR LinkName[] = L"\\DosDevices\\WineIrp";

NTKERNELAPI PIRP NTAPI IoAllocateIrpEx(PDEVICE_OBJECT DeviceObject, CCHAR StackSize,
                                       BOOLEAN ChargeQuota);

typedef struct _WAITING_ROOM {
  IO_CSQ Csq;
  LIST_ENTRY Irps;
  KSPIN_LOCK Lock;
  ULONG Cancelled;
  KIRQL IrqlAtCancel;
  PIRP LastCancelled;
} WAITING_ROOM, *PWAITING_ROOM;

static PWAITING_ROOM RoomOf(PIO_CSQ Csq) { return CONTAINING_RECORD(Csq, WAITING_ROOM, Csq); }

static VOID NTAPI RoomInsert(PIO_CSQ Csq, PIRP Irp) {
  InsertTailList(&RoomOf(Csq)->Irps, &Irp->Tail.Overlay.ListEntry);
}

static NTSTATUS NTAPI RoomInsertEx(PIO_CSQ Csq, PIRP Irp, PVOID InsertContext) {
  if (InsertContext == NULL) {
    return STATUS_DEVICE_BUSY;
  }
  RoomInsert(Csq, Irp);
  return STATUS_SUCCESS;
}

static VOID NTAPI RoomRemove(PIO_CSQ Csq, PIRP Irp) {
  UNREFERENCED_PARAMETER(Csq);
  RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}

static PIRP NTAPI RoomPeek(PIO_CSQ Csq, PIRP Irp, PVOID PeekContext) {
  PWAITING_ROOM Room = RoomOf(Csq);
  PLIST_ENTRY Next = Irp == NULL ? Room->Irps.Flink : Irp->Tail.Overlay.ListEntry.Flink;

  UNREFERENCED_PARAMETER(PeekContext);
  return Next == &Room->Irps ? NULL : CONTAINING_RECORD(Next, IRP, Tail.Overlay.ListEntry);
}

static VOID NTAPI RoomAcquire(PIO_CSQ Csq, PKIRQL Irql) {
  KeAcquireSpinLock(&RoomOf(Csq)->Lock, Irql);
}

static VOID NTAPI RoomRelease(PIO_CSQ Csq, KIRQL Irql) {
  KeReleaseSpinLock(&RoomOf(Csq)->Lock, Irql);
}

static VOID NTAPI RoomCancelled(PIO_CSQ Csq, PIRP Irp) {
  PWAITING_ROOM Room = RoomOf(Csq);

  ++Room->Cancelled;
  Room->IrqlAtCancel = KeGetCurrentIrql();
  Room->LastCancelled = Irp;
}

static VOID InitializeRoom(PWAITING_ROOM Room) {
  RtlZeroMemory(Room, sizeof(*Room));
  InitializeListHead(&Room->Irps);
  KeInitializeSpinLock(&Room->Lock);
  IoCsqInitialize(&Room->Csq, RoomInsert, RoomRemove, RoomPeek, RoomAcquire, RoomRelease,
                  RoomCancelled);
}

static PIRP MakeIrp(PDEVICE_OBJECT DeviceObject) {
  PIRP Irp = IoAllocateIrpEx(DeviceObject, 1, FALSE);

  if (Irp != NULL) {
    IoSetNextIrpStackLocation(Irp);
    IoGetCurrentIrpStackLocation(Irp)->DeviceObject = DeviceObject;
  }
  return Irp;
}

static VOID QueueIsInOrder(PCHECK_CONTEXT Context) {
  PIRP First = MakeIrp(Context->DeviceObject);
  PIRP Second = MakeIrp(Context->DeviceObject);
  WAITING_ROOM Room;

  EXPECT(First != NULL && Second != NULL);
  InitializeRoom(&Room);
  IoCsqInsertIrp(&Room.Csq, First, NULL);
  IoCsqInsertIrp(&Room.Csq, Second, NULL);
  EXPECT((IoGetCurrentIrpStackLocation(First)->Control & SL_PENDING_RETURNED) != 0);
  EXPECT(First->CancelRoutine != NULL);
  EXPECT(IoCsqRemoveNextIrp(&Room.Csq, NULL) == First);
  EXPECT(First->CancelRoutine == NULL);
  EXPECT(IoCsqRemoveNextIrp(&Room.Csq, NULL) == Second);
  EXPECT(IoCsqRemoveNextIrp(&Room.Csq, NULL) == NULL);
  IoFreeIrp(First);
  IoFreeIrp(Second);
}

static VOID CancellingTakesOutOfTheQueue(PCHECK_CONTEXT Context) {
  PIRP Irp = MakeIrp(Context->DeviceObject);
  WAITING_ROOM Room;

  EXPECT(Irp != NULL);
  InitializeRoom(&Room);
  IoCsqInsertIrp(&Room.Csq, Irp, NULL);
  EXPECT(IoCancelIrp(Irp));
  EXPECT(Room.Cancelled == 1 && Room.LastCancelled == Irp);
  EXPECT(Room.IrqlAtCancel == PASSIVE_LEVEL);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  EXPECT(IsListEmpty(&Room.Irps));
  EXPECT(IoCsqRemoveNextIrp(&Room.Csq, NULL) == NULL);
  IoFreeIrp(Irp);
}

static VOID CancelledBeforeItIsQueued(PCHECK_CONTEXT Context) {
  PIRP Irp = MakeIrp(Context->DeviceObject);
  WAITING_ROOM Room;

  EXPECT(Irp != NULL);
  InitializeRoom(&Room);
  EXPECT(!IoCancelIrp(Irp));
  IoCsqInsertIrp(&Room.Csq, Irp, NULL);
  EXPECT(Room.Cancelled == 1);
  EXPECT(IsListEmpty(&Room.Irps));
  IoFreeIrp(Irp);
}

static VOID ContextFindsItsIrp(PCHECK_CONTEXT Context) {
  PIRP First = MakeIrp(Context->DeviceObject);
  PIRP Second = MakeIrp(Context->DeviceObject);
  IO_CSQ_IRP_CONTEXT FirstContext;
  IO_CSQ_IRP_CONTEXT SecondContext;
  WAITING_ROOM Room;

  EXPECT(First != NULL && Second != NULL);
  InitializeRoom(&Room);
  IoCsqInsertIrp(&Room.Csq, First, &FirstContext);
  IoCsqInsertIrp(&Room.Csq, Second, &SecondContext);
  EXPECT(IoCsqRemoveIrp(&Room.Csq, &SecondContext) == Second);
  EXPECT(IoCsqRemoveIrp(&Room.Csq, &SecondContext) == NULL);
  EXPECT(IoCancelIrp(First));
  EXPECT(IoCsqRemoveIrp(&Room.Csq, &FirstContext) == NULL);
  IoFreeIrp(First);
  IoFreeIrp(Second);
}

static VOID ExQueueMayRefuse(PCHECK_CONTEXT Context) {
  PIRP Irp = MakeIrp(Context->DeviceObject);
  WAITING_ROOM Room;

  EXPECT(Irp != NULL);
  InitializeRoom(&Room);
  IoCsqInitializeEx(&Room.Csq, RoomInsertEx, RoomRemove, RoomPeek, RoomAcquire, RoomRelease,
                    RoomCancelled);
  EXPECT(IoCsqInsertIrpEx(&Room.Csq, Irp, NULL, NULL) == STATUS_DEVICE_BUSY);
  EXPECT(Irp->CancelRoutine == NULL);
  EXPECT(IoCsqInsertIrpEx(&Room.Csq, Irp, NULL, &Room) == STATUS_SUCCESS);
  EXPECT(IoCsqRemoveNextIrp(&Room.Csq, NULL) == Irp);
  IoFreeIrp(Irp);
}

static KIRQL IrqlInCancelRoutine;
static KIRQL IrqlAfterRelease;

static VOID NTAPI OwnCancelRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  IrqlInCancelRoutine = KeGetCurrentIrql();
  IoReleaseCancelSpinLock(Irp->CancelIrql);
  IrqlAfterRelease = KeGetCurrentIrql();
}

static VOID CancelRoutineRunsAtDispatchLevel(PCHECK_CONTEXT Context) {
  PIRP Irp = MakeIrp(Context->DeviceObject);
  KIRQL OldIrql;
  BOOLEAN Cancelled;

  EXPECT(Irp != NULL);
  IoSetCancelRoutine(Irp, OwnCancelRoutine);
  KeRaiseIrql(APC_LEVEL, &OldIrql);
  Cancelled = IoCancelIrp(Irp);
  KeLowerIrql(OldIrql);
  IoFreeIrp(Irp);
  EXPECT(Cancelled);
  EXPECT(IrqlInCancelRoutine == DISPATCH_LEVEL);
  EXPECT(IrqlAfterRelease == APC_LEVEL);
}

typedef struct _RACE {
  WAITING_ROOM Room;
  PIRP Irp;
  volatile LONG Removed;
} RACE, *PRACE;

static VOID NTAPI RemoveRace(PVOID Argument) {
  PRACE Race = Argument;

  if (IoCsqRemoveNextIrp(&Race->Room.Csq, NULL) != NULL) {
    InterlockedIncrement(&Race->Removed);
  }
  PsTerminateSystemThread(STATUS_SUCCESS);
}

// Whoever wins, exactly one gets the IRP.
static VOID CancelAndRemoveNeverBothWin(PCHECK_CONTEXT Context) {
  ULONG Round;

  for (Round = 0; Round < 200; ++Round) {
    RACE Race;
    PVOID Thread;

    InitializeRoom(&Race.Room);
    Race.Removed = 0;
    Race.Irp = MakeIrp(Context->DeviceObject);
    EXPECT(Race.Irp != NULL);
    IoCsqInsertIrp(&Race.Room.Csq, Race.Irp, NULL);
    Thread = StartThread(RemoveRace, &Race);
    EXPECT(Thread != NULL);
    IoCancelIrp(Race.Irp);
    JoinThread(Thread);
    EXPECT(Race.Removed + (LONG)Race.Room.Cancelled == 1);
    IoFreeIrp(Race.Irp);
  }
}

// Started one by one in the order of their arrival, each at DISPATCH_LEVEL.
static ULONG Started;
static PIRP StartedIrps[3];
static KIRQL IrqlInStartIo;

static VOID NTAPI StartIo(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  IrqlInStartIo = KeGetCurrentIrql();
  StartedIrps[Started++] = Irp;
}

static VOID StartIoTakesOneAtATime(PCHECK_CONTEXT Context) {
  PDEVICE_OBJECT DeviceObject = Context->DeviceObject;
  PIRP Irps[3];
  KIRQL OldIrql;
  ULONG Number;

  Started = 0;
  DeviceObject->DriverObject->DriverStartIo = StartIo;
  for (Number = 0; Number < RTL_NUMBER_OF(Irps); ++Number) {
    Irps[Number] = MakeIrp(DeviceObject);
    EXPECT(Irps[Number] != NULL);
    IoStartPacket(DeviceObject, Irps[Number], NULL, OwnCancelRoutine);
  }
  EXPECT(Started == 1);
  EXPECT(IrqlInStartIo == DISPATCH_LEVEL);
  for (Number = 0; Number < RTL_NUMBER_OF(Irps); ++Number) {
    EXPECT(DeviceObject->CurrentIrp == Irps[Number]);
    EXPECT(StartedIrps[Number] == Irps[Number]);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    IoStartNextPacket(DeviceObject, TRUE);
    KeLowerIrql(OldIrql);
    IoFreeIrp(Irps[Number]);
  }
  EXPECT(DeviceObject->CurrentIrp == NULL);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static VOID NTAPI StartNothing(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  UNREFERENCED_PARAMETER(Irp);
}

typedef struct _CURRENT_IRP_SEEN {
  PDEVICE_OBJECT DeviceObject;
  PIRP CurrentIrp;
  KEVENT Done;
} CURRENT_IRP_SEEN, *PCURRENT_IRP_SEEN;

static VOID NTAPI SeeCurrentIrp(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
  PCURRENT_IRP_SEEN Seen = Context;

  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Argument1);
  UNREFERENCED_PARAMETER(Argument2);
  Seen->CurrentIrp = Seen->DeviceObject->CurrentIrp;
  KeSetEvent(&Seen->Done, IO_NO_INCREMENT, FALSE);
}

// Wine clears it when the dispatch routine returns that has started the packet.
static VOID DpcFindsTheIrpThatWasStarted(PCHECK_CONTEXT Context) {
  PDEVICE_OBJECT DeviceObject = Context->DeviceObject;
  CURRENT_IRP_SEEN Seen = {.DeviceObject = DeviceObject};
  PIRP Irp = MakeIrp(DeviceObject);
  KIRQL OldIrql;
  KDPC Dpc;

  EXPECT(Irp != NULL);
  KeInitializeEvent(&Seen.Done, NotificationEvent, FALSE);
  KeInitializeDpc(&Dpc, SeeCurrentIrp, &Seen);
  DeviceObject->DriverObject->DriverStartIo = StartNothing;
  IoStartPacket(DeviceObject, Irp, NULL, NULL);
  DeviceObject->CurrentIrp = NULL;
  KeInsertQueueDpc(&Dpc, NULL, NULL);
  EXPECT(WaitMilliseconds(&Seen.Done, 5000) == STATUS_SUCCESS);
  EXPECT(Seen.CurrentIrp == Irp);
  KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
  IoStartNextPacket(DeviceObject, FALSE);
  KeLowerIrql(OldIrql);
  EXPECT(DeviceObject->CurrentIrp == NULL);
  IoFreeIrp(Irp);
}

static NTSTATUS NTAPI Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject);
  UNREFERENCED_PARAMETER(Irp);
  KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID CompletionRoutineExIsCalled(PCHECK_CONTEXT Context) {
  PIRP Irp = IoAllocateIrp(2, FALSE);
  NTSTATUS Waited;
  KEVENT Done;

  EXPECT(Irp != NULL);
  KeInitializeEvent(&Done, NotificationEvent, FALSE);
  IoSetNextIrpStackLocation(Irp);
  IoGetCurrentIrpStackLocation(Irp)->DeviceObject = Context->DeviceObject;
  EXPECT(NT_SUCCESS(
      IoSetCompletionRoutineEx(Context->DeviceObject, Irp, Completed, &Done, TRUE, TRUE, TRUE)));
  IoGetNextIrpStackLocation(Irp)->MajorFunction = IRP_MJ_CREATE;
  IoCallDriver(Context->DeviceObject, Irp);
  Waited = WaitMilliseconds(&Done, 5000);
  IoFreeIrp(Irp);
  EXPECT(Waited == STATUS_SUCCESS);
}

// A request that two others do the work of: it is completed when both are.
static VOID LastAssociatedIrpCompletesItsMaster(PCHECK_CONTEXT Context) {
  PIRP Master = IoAllocateIrp(2, FALSE);
  PIRP Parts[2];
  KEVENT Done;
  NTSTATUS Waited;
  ULONG Part;

  EXPECT(Master != NULL);
  KeInitializeEvent(&Done, NotificationEvent, FALSE);
  IoSetCompletionRoutine(Master, Completed, &Done, TRUE, TRUE, TRUE);
  IoSetNextIrpStackLocation(Master);
  Master->AssociatedIrp.IrpCount = 2;
  for (Part = 0; Part < 2; ++Part) {
    Parts[Part] = IoMakeAssociatedIrp(Master, 1);
    EXPECT(Parts[Part] != NULL);
    EXPECT((Parts[Part]->Flags & IRP_ASSOCIATED_IRP) != 0);
    EXPECT(Parts[Part]->AssociatedIrp.MasterIrp == Master);
    IoGetNextIrpStackLocation(Parts[Part])->MajorFunction = IRP_MJ_CREATE;
  }
  IoCallDriver(Context->DeviceObject, Parts[0]);
  EXPECT(KeReadStateEvent(&Done) == 0);
  IoCallDriver(Context->DeviceObject, Parts[1]);
  Waited = WaitMilliseconds(&Done, 5000);
  EXPECT(Waited == STATUS_SUCCESS);
  EXPECT(Master->AssociatedIrp.IrpCount == 0);
  IoFreeIrp(Master);
}

typedef struct _POWER_SEEN {
  UCHAR Minor;
  DEVICE_POWER_STATE Requested;
  DEVICE_POWER_STATE Completed;
  NTSTATUS Status;
  KEVENT Done;
} POWER_SEEN, *PPOWER_SEEN;

static PPOWER_SEEN PowerSeen;

static NTSTATUS NTAPI DispatchPower(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

  UNREFERENCED_PARAMETER(DeviceObject);
  PowerSeen->Minor = Stack->MinorFunction;
  PowerSeen->Requested = Stack->Parameters.Power.State.DeviceState;
  PoStartNextPowerIrp(Irp);
  Irp->IoStatus.Status = STATUS_SUCCESS;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return STATUS_SUCCESS;
}

static VOID NTAPI PowerDone(PDEVICE_OBJECT DeviceObject, UCHAR MinorFunction,
                            POWER_STATE PowerState, PVOID Context, PIO_STATUS_BLOCK IoStatus) {
  PPOWER_SEEN Seen = Context;

  UNREFERENCED_PARAMETER(DeviceObject);
  UNREFERENCED_PARAMETER(MinorFunction);
  Seen->Completed = PowerState.DeviceState;
  Seen->Status = IoStatus->Status;
  KeSetEvent(&Seen->Done, IO_NO_INCREMENT, FALSE);
}

static VOID PowerIrpComesAndIsToldOf(PCHECK_CONTEXT Context) {
  PDRIVER_DISPATCH* Dispatch = &Context->DeviceObject->DriverObject->MajorFunction[IRP_MJ_POWER];
  PDRIVER_DISPATCH Before = *Dispatch;
  POWER_STATE State = {.DeviceState = PowerDeviceD3};
  POWER_SEEN Seen = {0};
  NTSTATUS Requested;
  NTSTATUS Waited;

  KeInitializeEvent(&Seen.Done, NotificationEvent, FALSE);
  PowerSeen = &Seen;
  *Dispatch = DispatchPower;
  Requested =
      PoRequestPowerIrp(Context->DeviceObject, IRP_MN_SET_POWER, State, PowerDone, &Seen, NULL);
  Waited = WaitMilliseconds(&Seen.Done, 5000);
  *Dispatch = Before;
  EXPECT(Requested == STATUS_PENDING);
  EXPECT(Waited == STATUS_SUCCESS);
  EXPECT(Seen.Minor == IRP_MN_SET_POWER && Seen.Requested == PowerDeviceD3);
  EXPECT(Seen.Completed == PowerDeviceD3 && Seen.Status == STATUS_SUCCESS);
  EXPECT(!NT_SUCCESS(PoRequestPowerIrp(Context->DeviceObject, IRP_MN_POWER_SEQUENCE, State,
                                       PowerDone, &Seen, NULL)));
}

const CHECK Checks[] = {
    CHECK(QueueIsInOrder),
    CHECK(CancellingTakesOutOfTheQueue),
    CHECK(CancelledBeforeItIsQueued),
    CHECK(ContextFindsItsIrp),
    CHECK(ExQueueMayRefuse),
    CHECK(CancelRoutineRunsAtDispatchLevel),
    CHECK(CancelAndRemoveNeverBothWin),
    CHECK(StartIoTakesOneAtATime),
    CHECK(DpcFindsTheIrpThatWasStarted),
    CHECK(CompletionRoutineExIsCalled),
    CHECK(LastAssociatedIrpCompletesItsMaster),
    CHECK(PowerIrpComesAndIsToldOf),
    {NULL, NULL},
};
