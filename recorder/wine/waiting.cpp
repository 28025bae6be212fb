#include "recorder/wine/waiting.h"

namespace ddireplay::recorder::wine {

LONGLONG monotonic_time() {
  LARGE_INTEGER frequency;
  const LONGLONG ticks = KeQueryPerformanceCounter(&frequency).QuadPart;
  const LONGLONG whole = ticks / frequency.QuadPart;
  const LONGLONG rest = ticks % frequency.QuadPart;
  return whole * k100nsPerSecond + rest * k100nsPerSecond / frequency.QuadPart;
}

LONGLONG monotonic_due_time(LARGE_INTEGER due) {
  if (due.QuadPart < 0) return monotonic_time() - due.QuadPart;
  LARGE_INTEGER now;
  host().query_system_time(&now);
  return monotonic_time() + (due.QuadPart - now.QuadPart);
}

bool HostThread::start(PKSTART_ROUTINE routine, void* context) {
  HANDLE handle;
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, nullptr, OBJ_KERNEL_HANDLE, nullptr, nullptr);
  if (!NT_SUCCESS(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &attributes, nullptr, nullptr,
                                       routine, context))) {
    return false;
  }
  const NTSTATUS status =
      ObReferenceObjectByHandle(handle, SYNCHRONIZE, nullptr, KernelMode, &thread_, nullptr);
  ZwClose(handle);
  return NT_SUCCESS(status);
}

bool HostThread::join() {
  if (thread_ == nullptr) return true;
  LARGE_INTEGER timeout;
  timeout.QuadPart = -2 * k100nsPerSecond;
  if (KeWaitForSingleObject(thread_, Executive, KernelMode, FALSE, &timeout) == STATUS_TIMEOUT) {
    return false;
  }
  ObDereferenceObject(thread_);
  thread_ = nullptr;
  return true;
}

}  // namespace ddireplay::recorder::wine
