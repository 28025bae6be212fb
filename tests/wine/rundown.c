// Rundown protection.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineRundown";
const WCHAR LinkName[] = L"\\DosDevices\\WineRundown";

typedef struct _OWNER {
  EX_RUNDOWN_REF Ref;
  KEVENT RunDown;
} OWNER, *POWNER;

static VOID NTAPI RunDown(PVOID Argument) {
  POWNER Owner = Argument;

  ExWaitForRundownProtectionRelease(&Owner->Ref);
  KeSetEvent(&Owner->RunDown, IO_NO_INCREMENT, FALSE);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID WithoutUsersIsRunDownAtOnce(PCHECK_CONTEXT Context) {
  EX_RUNDOWN_REF Ref;

  ExInitializeRundownProtection(&Ref);
  EXPECT(ExAcquireRundownProtection(&Ref));
  ExReleaseRundownProtection(&Ref);
  ExWaitForRundownProtectionRelease(&Ref);
  EXPECT(!ExAcquireRundownProtection(&Ref));
  ExReInitializeRundownProtection(&Ref);
  EXPECT(ExAcquireRundownProtection(&Ref));
  ExReleaseRundownProtection(&Ref);
}

static VOID WaitsForTheLastUser(PCHECK_CONTEXT Context) {
  OWNER Owner;
  PVOID Thread;

  ExInitializeRundownProtection(&Owner.Ref);
  KeInitializeEvent(&Owner.RunDown, NotificationEvent, FALSE);
  EXPECT(ExAcquireRundownProtection(&Owner.Ref));
  EXPECT(ExAcquireRundownProtectionEx(&Owner.Ref, 2));
  Thread = StartThread(RunDown, &Owner);
  EXPECT(Thread != NULL);
  EXPECT(WaitMilliseconds(&Owner.RunDown, 50) == STATUS_TIMEOUT);
  EXPECT(!ExAcquireRundownProtection(&Owner.Ref));
  ExReleaseRundownProtectionEx(&Owner.Ref, 2);
  EXPECT(WaitMilliseconds(&Owner.RunDown, 50) == STATUS_TIMEOUT);
  ExReleaseRundownProtection(&Owner.Ref);
  EXPECT(WaitMilliseconds(&Owner.RunDown, 5000) == STATUS_SUCCESS);
  JoinThread(Thread);
  EXPECT(!ExAcquireRundownProtection(&Owner.Ref));
}

const CHECK Checks[] = {
    CHECK(WithoutUsersIsRunDownAtOnce),
    CHECK(WaitsForTheLastUser),
    {NULL, NULL},
};
