// What is too small for a driver of its own: objects, event tracing, registrations, interrupts,
// processors.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineMisc";
const WCHAR LinkName[] = L"\\DosDevices\\WineMisc";

NTKERNELAPI NTSTATUS NTAPI IoCreateSystemThread(PVOID IoObject, PHANDLE ThreadHandle,
                                                ULONG DesiredAccess,
                                                POBJECT_ATTRIBUTES ObjectAttributes,
                                                HANDLE ProcessHandle, PCLIENT_ID ClientId,
                                                PKSTART_ROUTINE StartRoutine, PVOID StartContext);

static VOID ObjectsAreReferencedByPointer(PCHECK_CONTEXT Context) {
  EXPECT(NT_SUCCESS(ObReferenceObjectByPointer(Context->DeviceObject, 0, NULL, KernelMode)));
  ObReferenceObjectWithTag(Context->DeviceObject, SUITE_TAG);
  ObDereferenceObjectWithTag(Context->DeviceObject, SUITE_TAG);
  ObDereferenceObjectDeferDelete(Context->DeviceObject);
}

static VOID ProviderRegistersAndNobodyListens(PCHECK_CONTEXT Context) {
  static const GUID Provider = {0x7d1f3a52, 0x1c0e, 0x4f66, {1, 2, 3, 4, 5, 6, 7, 8}};
  REGHANDLE Handle = 0;

  EXPECT(NT_SUCCESS(EtwRegister(&Provider, NULL, NULL, &Handle)));
  EXPECT(Handle != 0);
  EXPECT(!EtwProviderEnabled(Handle, 1, 0));
  EXPECT(NT_SUCCESS(EtwWriteString(Handle, 1, 0, NULL, L"text")));
  EXPECT(NT_SUCCESS(EtwUnregister(Handle)));
  EXPECT(!NT_SUCCESS(EtwUnregister(0)));
}

static VOID NTAPI OnBugCheck(PVOID Buffer, ULONG Length) {
  UNREFERENCED_PARAMETER(Buffer);
  UNREFERENCED_PARAMETER(Length);
}

static VOID BugCheckCallbackRegistersOnce(PCHECK_CONTEXT Context) {
  KBUGCHECK_CALLBACK_RECORD Memory;
  PKBUGCHECK_CALLBACK_RECORD Record = &Memory;

  KeInitializeCallbackRecord(Record);
  EXPECT(KeRegisterBugCheckCallback(Record, OnBugCheck, NULL, 0, (PUCHAR) "suite"));
  EXPECT(!KeRegisterBugCheckCallback(Record, OnBugCheck, NULL, 0, (PUCHAR) "suite"));
  EXPECT(KeDeregisterBugCheckCallback(Record));
  EXPECT(!KeDeregisterBugCheckCallback(Record));
}

static BOOLEAN NTAPI ServiceRoutine(PKINTERRUPT Interrupt, PVOID ServiceContext) {
  UNREFERENCED_PARAMETER(Interrupt);
  UNREFERENCED_PARAMETER(ServiceContext);
  return FALSE;
}

static BOOLEAN NTAPI NoteIrql(PVOID SynchronizeContext) {
  *(PKIRQL)SynchronizeContext = KeGetCurrentIrql();
  return TRUE;
}

static VOID SynchronizesAtDeviceLevel(PCHECK_CONTEXT Context) {
  PKINTERRUPT Interrupt;
  KIRQL Inside = PASSIVE_LEVEL;
  KIRQL OldIrql;

  EXPECT(NT_SUCCESS(IoConnectInterrupt(&Interrupt, ServiceRoutine, NULL, NULL, 40, 5, 6, Latched,
                                       FALSE, 1, FALSE)));
  EXPECT(KeSynchronizeExecution(Interrupt, NoteIrql, &Inside));
  EXPECT(Inside == 6);
  OldIrql = KeAcquireInterruptSpinLock(Interrupt);
  EXPECT(OldIrql == PASSIVE_LEVEL);
  EXPECT(KeGetCurrentIrql() == 6);
  KeReleaseInterruptSpinLock(Interrupt, OldIrql);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  IoDisconnectInterrupt(Interrupt);
}

static VOID AffinityMovesTheThread(PCHECK_CONTEXT Context) {
  ULONG Count = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  ULONG Number;

  for (Number = 0; Number < Count; ++Number) {
    KAFFINITY Before = KeSetSystemAffinityThreadEx((KAFFINITY)1 << Number);

    EXPECT(KeGetCurrentProcessorNumberEx(NULL) == Number);
    KeRevertToUserAffinityThreadEx(Before);
  }
}

static VOID StallsForThatLong(PCHECK_CONTEXT Context) {
  LARGE_INTEGER Frequency;
  LARGE_INTEGER Start = KeQueryPerformanceCounter(&Frequency);
  LARGE_INTEGER End;

  KeStallExecutionProcessor(200);
  End = KeQueryPerformanceCounter(NULL);
  EXPECT((End.QuadPart - Start.QuadPart) * 1000000 / Frequency.QuadPart >= 200);
}

static VOID NTAPI SetEventThread(PVOID Argument) {
  KeSetEvent(Argument, IO_NO_INCREMENT, FALSE);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID SystemThreadOfADevice(PCHECK_CONTEXT Context) {
  // Static: the thread may outlive the check by an instruction or two.
  static KEVENT Ran;
  HANDLE Handle;

  KeInitializeEvent(&Ran, NotificationEvent, FALSE);
  EXPECT(NT_SUCCESS(IoCreateSystemThread(Context->DeviceObject, &Handle, THREAD_ALL_ACCESS, NULL,
                                         NULL, NULL, SetEventThread, &Ran)));
  ZwClose(Handle);
  EXPECT(WaitMilliseconds(&Ran, 5000) == STATUS_SUCCESS);
}

const CHECK Checks[] = {
    CHECK(ObjectsAreReferencedByPointer), CHECK(ProviderRegistersAndNobodyListens),
    CHECK(BugCheckCallbackRegistersOnce), CHECK(SynchronizesAtDeviceLevel),
    CHECK(AffinityMovesTheThread),        CHECK(StallsForThatLong),
    CHECK(SystemThreadOfADevice),         {NULL, NULL},
};
