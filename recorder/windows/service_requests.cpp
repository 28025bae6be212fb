#include "recorder/windows/service_requests.h"

#include <new>

#include "recorder/windows/session.h"

namespace ddireplay::recorder {

namespace {

constexpr wchar_t kServices[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";

// One request. The thread that works on it holds one reference, the IRP another one.
struct Work {
  bool load;
  wchar_t service[control::kNameCharacters];
  FILE_OBJECT* file;  // referenced: an unload that the system has put off waits for it
  PIO_WORKITEM last_step;
  KEVENT go;  // `thread` is filled in
  HANDLE thread;
  IRP* irp;  // under irp_lock; nullptr: completed, or about to be by its cancel routine
  LONG references;
};

// Between the thread that completes an IRP and the cancel routine that does.
constinit KSPIN_LOCK irp_lock = 0;

void release(Work* work) {
  if (InterlockedDecrement(&work->references) == 0) ExFreePoolWithTag(work, kPoolTag);
}

NTSTATUS complete(IRP* irp, NTSTATUS status, ULONG bytes) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = bytes;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

NTSTATUS complete_with_reply(IRP* irp, NTSTATUS outcome) {
  auto* reply = static_cast<control::Reply*>(irp->AssociatedIrp.SystemBuffer);
  *reply = {{sizeof(control::Reply), control::kVersion}, outcome, 0};
  return complete(irp, STATUS_SUCCESS, sizeof(control::Reply));
}

Work*& work_of(IRP* irp) { return reinterpret_cast<Work*&>(irp->Tail.Overlay.DriverContext[0]); }

// Whoever gets the IRP completes it. nullptr: its cancel routine does.
IRP* take_irp(Work& work) {
  KIRQL level;
  KeAcquireSpinLock(&irp_lock, &level);
  IRP* irp = work.irp;
  if (irp != nullptr && IoSetCancelRoutine(irp, nullptr) == nullptr) irp = nullptr;
  if (irp != nullptr) work.irp = nullptr;
  KeReleaseSpinLock(&irp_lock, level);
  return irp;
}

VOID NTAPI on_cancel(PDEVICE_OBJECT, PIRP irp) {
  IoReleaseCancelSpinLock(irp->CancelIrql);
  Work* const work = work_of(irp);
  KIRQL level;
  KeAcquireSpinLock(&irp_lock, &level);
  work->irp = nullptr;
  KeReleaseSpinLock(&irp_lock, level);
  complete(irp, STATUS_CANCELLED, 0);
  release(work);
}

NTSTATUS load_or_unload(const Work& work) {
  wchar_t buffer[sizeof(kServices) / sizeof(wchar_t) + control::kNameCharacters];
  UNICODE_STRING key = {0, sizeof(buffer), buffer};
  RtlAppendUnicodeToString(&key, kServices);
  RtlAppendUnicodeToString(&key, work.service);
  return work.load ? ZwLoadDriver(&key) : ZwUnloadDriver(&key);
}

// The system keeps this driver's image for as long as a work item runs, which it doesn't do for a
// thread: so here is where a request ends, behind its thread.
VOID NTAPI end_request(PDEVICE_OBJECT, PVOID context) {
  Work* const work = static_cast<Work*>(context);
  ZwWaitForSingleObject(work->thread, FALSE, nullptr);
  ZwClose(work->thread);
  IoFreeWorkItem(work->last_step);
  FILE_OBJECT* const file = work->file;
  release(work);
  session_end_service_request();
  ObfDereferenceObject(file);
}

VOID NTAPI work_on(PVOID context) {
  Work* const work = static_cast<Work*>(context);
  KeWaitForSingleObject(&work->go, Executive, KernelMode, FALSE, nullptr);
  const NTSTATUS outcome = load_or_unload(*work);
  session_settle();
  if (IRP* const irp = take_irp(*work); irp != nullptr) {
    complete_with_reply(irp, outcome);
    release(work);
  }
  IoQueueWorkItem(work->last_step, end_request, DelayedWorkQueue, work);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

Work* make_work(DEVICE_OBJECT* device, FILE_OBJECT* file, const control::ServiceRequest& request,
                bool load) {
  PVOID const block = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(Work), kPoolTag);
  if (block == nullptr) return nullptr;
  Work* const work = new (block) Work{};
  work->load = load;
  static_assert(sizeof(work->service) == sizeof(request.service));
  RtlCopyMemory(work->service, request.service, sizeof(work->service));
  work->references = 2;
  work->file = file;
  KeInitializeEvent(&work->go, NotificationEvent, FALSE);
  work->last_step = IoAllocateWorkItem(device);
  if (work->last_step != nullptr) return work;
  ExFreePoolWithTag(work, kPoolTag);
  return nullptr;
}

NTSTATUS start_thread(Work& work) {
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, nullptr, OBJ_KERNEL_HANDLE, nullptr, nullptr);
  return PsCreateSystemThread(&work.thread, THREAD_ALL_ACCESS, &attributes, nullptr, nullptr,
                              work_on, &work);
}

// From here on its cancel routine may complete it, at any moment.
void make_cancellable(Work& work, IRP* irp) {
  work_of(irp) = &work;
  work.irp = irp;
  IoMarkIrpPending(irp);
  IoSetCancelRoutine(irp, on_cancel);
  // Cancelled before that, when nobody could be called: done here, unless somebody is called now.
  if (!irp->Cancel || take_irp(work) == nullptr) return;
  complete(irp, STATUS_CANCELLED, 0);
  release(&work);
}

}  // namespace

void service_requests_init() { KeInitializeSpinLock(&irp_lock); }

NTSTATUS begin_service_request(DEVICE_OBJECT* device, IRP* irp,
                               const control::ServiceRequest& request, bool load) {
  if (request.service[control::kNameCharacters - 1] != u'\0' || request.service[0] == u'\0') {
    return complete_with_reply(irp, STATUS_INVALID_PARAMETER);
  }
  FILE_OBJECT* const file = IoGetCurrentIrpStackLocation(irp)->FileObject;
  Work* const work = make_work(device, file, request, load);
  if (work == nullptr) return complete_with_reply(irp, STATUS_INSUFFICIENT_RESOURCES);
  ObfReferenceObject(file);
  session_begin_service_request();
  const NTSTATUS started = start_thread(*work);
  if (!NT_SUCCESS(started)) {
    IoFreeWorkItem(work->last_step);
    ExFreePoolWithTag(work, kPoolTag);
    session_end_service_request();
    ObfDereferenceObject(file);
    return complete_with_reply(irp, started);
  }
  make_cancellable(*work, irp);
  KeSetEvent(&work->go, IO_NO_INCREMENT, FALSE);
  return STATUS_PENDING;
}

}  // namespace ddireplay::recorder
