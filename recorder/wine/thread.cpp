// System threads, and the mutex whose owner's APCs are off.
#include "recorder/wine/apc.h"
#include "recorder/wine/host_routines.h"

namespace ddireplay::recorder::wine {
namespace {

constexpr UCHAR kMutantObject = 2;  // DISPATCHER_HEADER.Type

// To own a KMUTEX is to be in a critical region, from the first acquisition to the last release.
// Wine counts SignalState down from 1 as Windows does.
void note_acquired(PVOID object) {
  const auto* header = static_cast<const DISPATCHER_HEADER*>(object);
  if (header->Type == kMutantObject && header->SignalState == 0) enter_critical_region();
}

bool is_object_index(NTSTATUS status, ULONG count) {
  return status >= STATUS_WAIT_0 && static_cast<ULONG>(status) < count;
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" NTSTATUS supplied_KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason,
                                                   KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                                   PLARGE_INTEGER Timeout) {
  const NTSTATUS status = KeWaitForSingleObject(Object, WaitReason, WaitMode, Alertable, Timeout);
  if (status == STATUS_WAIT_0) note_acquired(Object);
  return status;
}

extern "C" NTSTATUS supplied_KeWaitForMultipleObjects(ULONG Count, PVOID Object[],
                                                      WAIT_TYPE WaitType, KWAIT_REASON WaitReason,
                                                      KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                                      PLARGE_INTEGER Timeout,
                                                      PKWAIT_BLOCK WaitBlockArray) {
  const NTSTATUS status = KeWaitForMultipleObjects(Count, Object, WaitType, WaitReason, WaitMode,
                                                   Alertable, Timeout, WaitBlockArray);
  if (!is_object_index(status, Count)) return status;
  if (WaitType == WaitAny) {
    note_acquired(Object[status]);
  } else {
    for (ULONG i = 0; i < Count; ++i) note_acquired(Object[i]);
  }
  return status;
}

extern "C" LONG supplied_KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait) {
  const LONG before = KeReleaseMutex(Mutex, Wait);
  // Wine keeps a mutex of its own in the wait list's head while threads wait; it releases that only
  // by closing it, which it does when nobody waits any more. So those who wait would do so for
  // ever.
  HANDLE mutant = Mutex->Header.WaitListHead.Blink;
  if (mutant != nullptr) host().release_mutant(mutant, nullptr);
  if (before == 0) leave_critical_region();
  return before;
}

extern "C" NTSTATUS supplied_IoCreateSystemThread(PVOID, PHANDLE ThreadHandle, ULONG DesiredAccess,
                                                  POBJECT_ATTRIBUTES ObjectAttributes,
                                                  HANDLE ProcessHandle, PCLIENT_ID ClientId,
                                                  PKSTART_ROUTINE StartRoutine,
                                                  PVOID StartContext) {
  return PsCreateSystemThread(ThreadHandle, DesiredAccess, ObjectAttributes, ProcessHandle,
                              ClientId, StartRoutine, StartContext);
}
