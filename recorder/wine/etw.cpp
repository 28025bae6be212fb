// Event tracing as it is for a provider that nobody listens to.
#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {
namespace {

volatile LONG64 providers;

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" NTSTATUS supplied_EtwRegister(const GUID*, PVOID, PVOID, ULONG64* RegHandle) {
  *RegHandle = static_cast<ULONG64>(InterlockedIncrement64(&providers));
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_EtwUnregister(ULONG64 RegHandle) {
  return RegHandle != 0 ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

extern "C" NTSTATUS supplied_EtwSetInformation(ULONG64, ULONG, PVOID, ULONG) {
  return STATUS_SUCCESS;
}

extern "C" BOOLEAN supplied_EtwEventEnabled(ULONG64, const void*) { return FALSE; }

extern "C" BOOLEAN supplied_EtwProviderEnabled(ULONG64, UCHAR, ULONGLONG) { return FALSE; }

extern "C" NTSTATUS supplied_EtwWrite(ULONG64, const void*, const GUID*, ULONG, PVOID) {
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_EtwWriteEx(ULONG64, const void*, ULONG64, ULONG, const GUID*,
                                        const GUID*, ULONG, PVOID) {
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_EtwWriteTransfer(ULONG64, const void*, const GUID*, const GUID*, ULONG,
                                              PVOID) {
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_EtwWriteString(ULONG64, UCHAR, ULONGLONG, const GUID*, PCWSTR) {
  return STATUS_SUCCESS;
}
