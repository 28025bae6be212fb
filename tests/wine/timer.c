// Timers: expiry, DPCs, periods, cancelling, and waiting for the timer itself.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineTimer";
const WCHAR LinkName[] = L"\\DosDevices\\WineTimer";

typedef struct _TICKER {
  KTIMER Timer;
  KDPC Dpc;
  KEVENT Ticked;
  volatile LONG Ticks;
  KIRQL Irql;
} TICKER, *PTICKER;

static VOID NTAPI Tick(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
  PTICKER Ticker = Context;

  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Argument1);
  UNREFERENCED_PARAMETER(Argument2);
  Ticker->Irql = KeGetCurrentIrql();
  InterlockedIncrement(&Ticker->Ticks);
  KeSetEvent(&Ticker->Ticked, IO_NO_INCREMENT, FALSE);
}

static VOID InitializeTicker(PTICKER Ticker, TIMER_TYPE Type) {
  RtlZeroMemory(Ticker, sizeof(*Ticker));
  KeInitializeEvent(&Ticker->Ticked, SynchronizationEvent, FALSE);
  KeInitializeTimerEx(&Ticker->Timer, Type);
  KeInitializeDpc(&Ticker->Dpc, Tick, Ticker);
}

static LARGE_INTEGER InMilliseconds(LONG Milliseconds) {
  LARGE_INTEGER DueTime;

  DueTime.QuadPart = -10000LL * Milliseconds;
  return DueTime;
}

static VOID RunsItsDpcAtDispatchLevel(PCHECK_CONTEXT Context) {
  TICKER Ticker;

  InitializeTicker(&Ticker, NotificationTimer);
  EXPECT(!KeSetTimer(&Ticker.Timer, InMilliseconds(5), &Ticker.Dpc));
  EXPECT(!KeReadStateTimer(&Ticker.Timer));
  EXPECT(WaitMilliseconds(&Ticker.Ticked, 5000) == STATUS_SUCCESS);
  KeFlushQueuedDpcs();
  EXPECT(Ticker.Irql == DISPATCH_LEVEL);
  EXPECT(Ticker.Ticks == 1);
  EXPECT(KeReadStateTimer(&Ticker.Timer));
  EXPECT(!KeCancelTimer(&Ticker.Timer));
}

static VOID IsNotEarly(PCHECK_CONTEXT Context) {
  LARGE_INTEGER Frequency;
  LARGE_INTEGER Start;
  LARGE_INTEGER End;
  TICKER Ticker;

  InitializeTicker(&Ticker, NotificationTimer);
  Start = KeQueryPerformanceCounter(&Frequency);
  KeSetTimer(&Ticker.Timer, InMilliseconds(50), NULL);
  EXPECT(WaitMilliseconds(&Ticker.Timer, 5000) == STATUS_SUCCESS);
  End = KeQueryPerformanceCounter(NULL);
  EXPECT((End.QuadPart - Start.QuadPart) * 1000 / Frequency.QuadPart >= 49);
}

static VOID ExpiresAtAnAbsoluteTime(PCHECK_CONTEXT Context) {
  LARGE_INTEGER DueTime;
  TICKER Ticker;

  InitializeTicker(&Ticker, NotificationTimer);
  KeQuerySystemTime(&DueTime);
  DueTime.QuadPart += 20 * 10000;
  KeSetTimer(&Ticker.Timer, DueTime, NULL);
  EXPECT(WaitMilliseconds(&Ticker.Timer, 5000) == STATUS_SUCCESS);
}

static VOID CancelSaysWhetherItWasArmed(PCHECK_CONTEXT Context) {
  TICKER Ticker;

  InitializeTicker(&Ticker, NotificationTimer);
  EXPECT(!KeCancelTimer(&Ticker.Timer));
  KeSetTimer(&Ticker.Timer, InMilliseconds(60000), &Ticker.Dpc);
  EXPECT(KeSetTimer(&Ticker.Timer, InMilliseconds(50000), &Ticker.Dpc));
  EXPECT(KeCancelTimer(&Ticker.Timer));
  EXPECT(!KeCancelTimer(&Ticker.Timer));
  EXPECT(Ticker.Ticks == 0);
}

static VOID PeriodicGoesOn(PCHECK_CONTEXT Context) {
  TICKER Ticker;
  LONG Ticks;

  InitializeTicker(&Ticker, NotificationTimer);
  KeSetTimerEx(&Ticker.Timer, InMilliseconds(5), 5, &Ticker.Dpc);
  SleepMilliseconds(200);
  EXPECT(KeCancelTimer(&Ticker.Timer));
  KeFlushQueuedDpcs();
  Ticks = Ticker.Ticks;
  EXPECT(Ticks >= 10 && Ticks <= 60);
  SleepMilliseconds(30);
  EXPECT(Ticker.Ticks == Ticks);
}

static VOID SynchronizationTimerLetsOneThrough(PCHECK_CONTEXT Context) {
  TICKER Ticker;

  InitializeTicker(&Ticker, SynchronizationTimer);
  KeSetCoalescableTimer(&Ticker.Timer, InMilliseconds(5), 0, 10, NULL);
  EXPECT(WaitMilliseconds(&Ticker.Timer, 5000) == STATUS_SUCCESS);
  EXPECT(!KeReadStateTimer(&Ticker.Timer));
  EXPECT(WaitMilliseconds(&Ticker.Timer, 20) == STATUS_TIMEOUT);
}

static VOID NotificationTimerStaysSignalled(PCHECK_CONTEXT Context) {
  TICKER Ticker;

  InitializeTicker(&Ticker, NotificationTimer);
  KeSetTimer(&Ticker.Timer, InMilliseconds(5), NULL);
  EXPECT(WaitMilliseconds(&Ticker.Timer, 5000) == STATUS_SUCCESS);
  EXPECT(WaitMilliseconds(&Ticker.Timer, 0) == STATUS_SUCCESS);
  KeSetTimer(&Ticker.Timer, InMilliseconds(60000), NULL);
  EXPECT(WaitMilliseconds(&Ticker.Timer, 0) == STATUS_TIMEOUT);
  EXPECT(KeCancelTimer(&Ticker.Timer));
}

// What Wine's own timers deadlock on.
static VOID IsSetAgainByItsOwnDpc(PCHECK_CONTEXT Context) {
  TICKER Ticker;
  ULONG Round;

  InitializeTicker(&Ticker, NotificationTimer);
  for (Round = 0; Round < 50; ++Round) {
    KeSetTimer(&Ticker.Timer, InMilliseconds(1), &Ticker.Dpc);
    EXPECT(WaitMilliseconds(&Ticker.Ticked, 5000) == STATUS_SUCCESS);
  }
  KeCancelTimer(&Ticker.Timer);
  KeFlushQueuedDpcs();
  EXPECT(Ticker.Ticks == 50);
}

static VOID ManyAtOnceExpireInOrder(PCHECK_CONTEXT Context) {
  enum { kCount = 64 };
  PTICKER Tickers = ExAllocatePoolWithTag(NonPagedPool, kCount * sizeof(TICKER), SUITE_TAG);
  BOOLEAN AllTicked = TRUE;
  ULONG Number;

  EXPECT(Tickers != NULL);
  for (Number = 0; Number < kCount; ++Number) {
    InitializeTicker(&Tickers[Number], NotificationTimer);
    KeSetTimer(&Tickers[Number].Timer, InMilliseconds(kCount - Number), &Tickers[Number].Dpc);
  }
  for (Number = 0; Number < kCount; ++Number) {
    AllTicked &= WaitMilliseconds(&Tickers[Number].Ticked, 5000) == STATUS_SUCCESS;
  }
  KeFlushQueuedDpcs();
  ExFreePoolWithTag(Tickers, SUITE_TAG);
  EXPECT(AllTicked);
}

typedef struct _EX_TICKER {
  KEVENT Ticked;
  KIRQL Irql;
  volatile LONG Ticks;
} EX_TICKER;

static VOID NTAPI ExTick(PEX_TIMER Timer, PVOID Context) {
  EX_TICKER* Ticker = Context;

  UNREFERENCED_PARAMETER(Timer);
  Ticker->Irql = KeGetCurrentIrql();
  InterlockedIncrement(&Ticker->Ticks);
  KeSetEvent(&Ticker->Ticked, IO_NO_INCREMENT, FALSE);
}

static VOID ExTimerCallsBack(PCHECK_CONTEXT Context) {
  EX_TICKER Ticker = {.Irql = HIGH_LEVEL};
  PEX_TIMER Timer;
  NTSTATUS Waited;
  BOOLEAN WasSet;

  KeInitializeEvent(&Ticker.Ticked, SynchronizationEvent, FALSE);
  Timer = ExAllocateTimer(ExTick, &Ticker, 0);
  EXPECT(Timer != NULL);
  WasSet = ExSetTimer(Timer, -50000, 0, NULL);
  Waited = WaitMilliseconds(&Ticker.Ticked, 5000);
  ExSetTimer(Timer, -10000LL * 60000, 0, NULL);
  EXPECT(ExDeleteTimer(Timer, TRUE, TRUE, NULL));
  EXPECT(!WasSet);
  EXPECT(Waited == STATUS_SUCCESS);
  EXPECT(Ticker.Irql == DISPATCH_LEVEL);
  EXPECT(Ticker.Ticks == 1);
}

static VOID NTAPI IoTick(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject);
  KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
}

static VOID DeviceTimerTicksEachSecond(PCHECK_CONTEXT Context) {
  // Static: the device keeps the routine's context for good.
  static KEVENT Ticked;

  KeInitializeEvent(&Ticked, SynchronizationEvent, FALSE);
  EXPECT(NT_SUCCESS(IoInitializeTimer(Context->DeviceObject, IoTick, &Ticked)));
  IoStartTimer(Context->DeviceObject);
  EXPECT(WaitMilliseconds(&Ticked, 500) == STATUS_TIMEOUT);
  EXPECT(WaitMilliseconds(&Ticked, 5000) == STATUS_SUCCESS);
  IoStopTimer(Context->DeviceObject);
}

const CHECK Checks[] = {
    CHECK(RunsItsDpcAtDispatchLevel),
    CHECK(IsNotEarly),
    CHECK(ExpiresAtAnAbsoluteTime),
    CHECK(CancelSaysWhetherItWasArmed),
    CHECK(PeriodicGoesOn),
    CHECK(SynchronizationTimerLetsOneThrough),
    CHECK(NotificationTimerStaysSignalled),
    CHECK(IsSetAgainByItsOwnDpc),
    CHECK(ManyAtOnceExpireInOrder),
    CHECK(ExTimerCallsBack),
    CHECK(DeviceTimerTicksEachSecond),
    {NULL, NULL},
};
