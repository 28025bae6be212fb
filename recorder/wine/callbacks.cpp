// Registrations of routines for what never happens here: bug checks, shutdowns, registry
// operations, power settings, NMIs. They succeed, so that a driver goes on; and they can be taken
// back once, so that one that forgets to, or does it twice, is seen.
#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {
namespace {

volatile LONG64 registrations;

// Something that isn't null and isn't given twice, for callers that only hand it back.
LONG64 next_registration() { return InterlockedIncrement64(&registrations); }

// Of both kinds of bug check records.
template <class Record>
bool insert(Record* record) {
  if (record->State == BufferInserted) return false;
  record->State = BufferInserted;
  return true;
}

template <class Record>
bool remove(Record* record) {
  if (record->State != BufferInserted) return false;
  record->State = BufferEmpty;
  return true;
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" BOOLEAN supplied_KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
                                                       PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine,
                                                       PVOID Buffer, ULONG Length,
                                                       PUCHAR Component) {
  if (!insert(CallbackRecord)) return FALSE;
  CallbackRecord->CallbackRoutine = CallbackRoutine;
  CallbackRecord->Buffer = Buffer;
  CallbackRecord->Length = Length;
  CallbackRecord->Component = Component;
  return TRUE;
}

extern "C" BOOLEAN supplied_KeDeregisterBugCheckCallback(
    PKBUGCHECK_CALLBACK_RECORD CallbackRecord) {
  return remove(CallbackRecord);
}

extern "C" BOOLEAN supplied_KeRegisterBugCheckReasonCallback(
    PKBUGCHECK_REASON_CALLBACK_RECORD CallbackRecord,
    PKBUGCHECK_REASON_CALLBACK_ROUTINE CallbackRoutine, KBUGCHECK_CALLBACK_REASON Reason,
    PUCHAR Component) {
  if (!insert(CallbackRecord)) return FALSE;
  CallbackRecord->CallbackRoutine = CallbackRoutine;
  CallbackRecord->Reason = Reason;
  CallbackRecord->Component = Component;
  return TRUE;
}

extern "C" BOOLEAN supplied_KeDeregisterBugCheckReasonCallback(
    PKBUGCHECK_REASON_CALLBACK_RECORD CallbackRecord) {
  return remove(CallbackRecord);
}

extern "C" PVOID supplied_KeRegisterNmiCallback(PVOID, PVOID) {
  return reinterpret_cast<PVOID>(next_registration());
}

extern "C" NTSTATUS supplied_KeDeregisterNmiCallback(PVOID Handle) {
  return Handle != nullptr ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

extern "C" NTSTATUS supplied_CmRegisterCallbackEx(PVOID, const UNICODE_STRING*, PVOID, PVOID,
                                                  PLARGE_INTEGER Cookie, PVOID) {
  Cookie->QuadPart = next_registration();
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_CmRegisterCallback(PVOID, PVOID, PLARGE_INTEGER Cookie) {
  Cookie->QuadPart = next_registration();
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_CmUnRegisterCallback(LARGE_INTEGER Cookie) {
  return Cookie.QuadPart != 0 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

extern "C" NTSTATUS supplied_PoRegisterPowerSettingCallback(PDEVICE_OBJECT, const GUID*, PVOID,
                                                            PVOID, PVOID* Handle) {
  if (Handle != nullptr) *Handle = reinterpret_cast<PVOID>(next_registration());
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_PoUnregisterPowerSettingCallback(PVOID Handle) {
  return Handle != nullptr ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

extern "C" NTSTATUS supplied_IoRegisterLastChanceShutdownNotification(PDEVICE_OBJECT) {
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_IoUnregisterPlugPlayNotificationEx(PVOID NotificationEntry) {
  return IoUnregisterPlugPlayNotification(NotificationEntry);
}
