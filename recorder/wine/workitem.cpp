// IO_WORKITEM: a work item that keeps its device (or driver) object referenced while it is queued
// or runs.
#include "recorder/wine/work_queue.h"

struct _IO_WORKITEM {
  WORK_QUEUE_ITEM item;
  PVOID object;
  PIO_WORKITEM_ROUTINE routine;  // one of the two is set
  PIO_WORKITEM_ROUTINE_EX routine_ex;
  PVOID context;
};

namespace ddireplay::recorder::wine {
namespace {

// The routine may free the work item, or queue it again.
void NTAPI run(PVOID parameter) {
  auto* work = static_cast<PIO_WORKITEM>(parameter);
  PVOID object = work->object;
  if (work->routine_ex != nullptr) {
    work->routine_ex(object, work->context, work);
  } else {
    work->routine(static_cast<PDEVICE_OBJECT>(object), work->context);
  }
  ObDereferenceObject(object);
}

void initialize(PVOID object, PIO_WORKITEM work) {
  *work = {};
  work->object = object;
  work->item.WorkerRoutine = run;
  work->item.Parameter = work;
}

// What is queued already keeps the routine that it was queued with.
bool queue(PIO_WORKITEM work, PIO_WORKITEM_ROUTINE routine, PIO_WORKITEM_ROUTINE_EX routine_ex,
           PVOID context) {
  if (work->item.List.Flink != nullptr) return false;
  work->routine = routine;
  work->routine_ex = routine_ex;
  work->context = context;
  ObReferenceObject(work->object);
  if (queue_work(&work->item)) return true;
  ObDereferenceObject(work->object);
  return false;
}

// To free a queued work item is an error of the driver, but not one to bring the list down with.
void forget(PIO_WORKITEM work) {
  if (cancel_work(&work->item)) ObDereferenceObject(work->object);
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" ULONG supplied_IoSizeofWorkItem() { return sizeof(_IO_WORKITEM); }

extern "C" void supplied_IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem) {
  initialize(IoObject, IoWorkItem);
}

extern "C" void supplied_IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem) { forget(IoWorkItem); }

extern "C" PIO_WORKITEM supplied_IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject) {
  auto* work = static_cast<PIO_WORKITEM>(
      ExAllocatePoolWithTag(NonPagedPool, sizeof(_IO_WORKITEM), kPoolTag));
  if (work != nullptr) initialize(DeviceObject, work);
  return work;
}

extern "C" void supplied_IoFreeWorkItem(PIO_WORKITEM IoWorkItem) {
  forget(IoWorkItem);
  ExFreePoolWithTag(IoWorkItem, kPoolTag);
}

extern "C" void supplied_IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE Routine,
                                         WORK_QUEUE_TYPE, PVOID Context) {
  queue(IoWorkItem, Routine, nullptr, Context);
}

extern "C" void supplied_IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX Routine,
                                           WORK_QUEUE_TYPE, PVOID Context) {
  queue(IoWorkItem, nullptr, Routine, Context);
}

extern "C" BOOLEAN supplied_IoTryQueueWorkItem(PIO_WORKITEM IoWorkItem,
                                               PIO_WORKITEM_ROUTINE_EX Routine, WORK_QUEUE_TYPE,
                                               PVOID Context) {
  return queue(IoWorkItem, nullptr, Routine, Context);
}
