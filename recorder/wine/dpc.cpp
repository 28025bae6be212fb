#include "recorder/wine/dpc.h"

#include <initializer_list>

#include "recorder/wine/irql.h"
#include "recorder/wine/waiting.h"

namespace ddireplay::recorder::wine {
namespace {

// Object types, as the kernel numbers them in KDPC.Type.
constexpr UCHAR kDpcObject = 19;
constexpr UCHAR kThreadedDpcObject = 24;

// KDPC.Number of a DPC with a target is the processor's number and this; without: 0.
constexpr USHORT kTargeted = 0x800;

struct DpcQueue {
  LIST_ENTRY waiting{};
  volatile LONG changes = 0;  // its thread sleeps on it
  const KDPC* volatile running = nullptr;
  HostThread thread;
  bool threaded = false;
};

// Guards the queues, and the fields of every KDPC that say whether it is queued.
constinit SpinLock lock;
constinit DpcQueue ordinary[kMaxProcessors];
constinit DpcQueue threaded[kMaxProcessors];
bool stopping;

// What is copied out of a KDPC before its routine runs: from then on it may be queued again, or its
// memory freed.
struct Call {
  PKDPC dpc;
  PKDEFERRED_ROUTINE routine;
  PVOID context;
  PVOID argument1;
  PVOID argument2;
};

// The queue is its array's place of the processor.
ULONG processor_of(const DpcQueue& queue) {
  return static_cast<ULONG>(&queue - (queue.threaded ? threaded : ordinary));
}

KIRQL level_of(const DpcQueue& queue) { return queue.threaded ? PASSIVE_LEVEL : DISPATCH_LEVEL; }

bool is_queued(const KDPC* dpc) { return dpc->DpcData != nullptr; }

DpcQueue& queue_for(const KDPC* dpc) {
  const ULONG target = static_cast<ULONG>(dpc->Number) - kTargeted;
  const ULONG processor = target < processor_count() ? target : current_processor();
  return (dpc->Type == kThreadedDpcObject ? threaded : ordinary)[processor];
}

void note_change(DpcQueue& queue) {
  InterlockedIncrement(&queue.changes);
  wake_sleepers(queue.changes);
}

bool take(DpcQueue& queue, Call& call) {
  SpinGuard guard(lock);
  if (IsListEmpty(&queue.waiting)) return false;
  PKDPC dpc = CONTAINING_RECORD(RemoveHeadList(&queue.waiting), KDPC, DpcListEntry);
  call = {dpc, dpc->DeferredRoutine, dpc->DeferredContext, dpc->SystemArgument1,
          dpc->SystemArgument2};
  dpc->DpcData = nullptr;
  queue.running = dpc;
  return true;
}

void run(DpcQueue& queue, const Call& call) {
  call.routine(call.dpc, call.context, call.argument1, call.argument2);
  // A routine that returns at another level is a finding; the next one must not inherit it.
  set_irql(level_of(queue));
  queue.running = nullptr;
  wake_sleepers(queue.running);
}

void NTAPI dpc_thread(PVOID context) {
  DpcQueue& queue = *static_cast<DpcQueue*>(context);
  move_to_processor(processor_of(queue));
  set_irql(level_of(queue));
  thread_state().in_dpc = TRUE;
  for (;;) {
    const LONG seen = queue.changes;
    Call call;
    if (take(queue, call)) {
      run(queue, call);
    } else if (stopping) {
      break;
    } else {
      sleep_while(queue.changes, seen);
    }
  }
  set_irql(PASSIVE_LEVEL);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

bool start(DpcQueue& queue, bool is_threaded) {
  InitializeListHead(&queue.waiting);
  queue.threaded = is_threaded;
  return queue.thread.start(dpc_thread, &queue);
}

bool stop(DpcQueue& queue) {
  note_change(queue);
  return queue.thread.join();
}

void initialize(PKDPC dpc, UCHAR type, PKDEFERRED_ROUTINE routine, PVOID context) {
  dpc->Type = type;
  dpc->Importance = MediumImportance;
  dpc->Number = 0;
  dpc->DeferredRoutine = routine;
  dpc->DeferredContext = context;
  dpc->DpcData = nullptr;
}

bool remove(PKDPC dpc) {
  SpinGuard guard(lock);
  if (!is_queued(dpc)) return false;
  RemoveEntryList(&dpc->DpcListEntry);
  dpc->DpcData = nullptr;
  return true;
}

void wait_until_idle(const KDPC* dpc) {
  for (DpcQueue* queues : {ordinary, threaded}) {
    for (ULONG i = 0; i < processor_count(); ++i) {
      while (queues[i].running == dpc) sleep_while(queues[i].running, dpc);
    }
  }
}

void NTAPI open_gate(PKDPC, PVOID gate, PVOID, PVOID) { static_cast<Gate*>(gate)->open(); }

// A DPC of ours at the queue's end runs when all before it have run.
void flush(DpcQueue& queue) {
  Gate passed;
  KDPC marker;
  initialize(&marker, queue.threaded ? kThreadedDpcObject : kDpcObject, open_gate, &passed);
  marker.Number = static_cast<USHORT>(kTargeted + processor_of(queue));
  if (queue_dpc(&marker, nullptr, nullptr)) passed.wait();
}

}  // namespace

bool start_dpcs() {
  stopping = false;
  for (ULONG i = 0; i < processor_count(); ++i) {
    if (start(ordinary[i], false) && start(threaded[i], true)) continue;
    stop_dpcs();
    return false;
  }
  return true;
}

bool stop_dpcs() {
  lock.acquire();
  stopping = true;
  lock.release();
  bool all_ended = true;
  for (ULONG i = 0; i < processor_count(); ++i) {
    all_ended &= stop(ordinary[i]);
    all_ended &= stop(threaded[i]);
  }
  return all_ended;
}

bool queue_dpc(PKDPC dpc, PVOID argument1, PVOID argument2) {
  DpcQueue& queue = queue_for(dpc);
  {
    SpinGuard guard(lock);
    if (is_queued(dpc) || stopping) return false;
    dpc->SystemArgument1 = argument1;
    dpc->SystemArgument2 = argument2;
    dpc->DpcData = &queue;
    if (dpc->Importance == HighImportance) {
      InsertHeadList(&queue.waiting, &dpc->DpcListEntry);
    } else {
      InsertTailList(&queue.waiting, &dpc->DpcListEntry);
    }
  }
  note_change(queue);
  return true;
}

}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" void supplied_KeInitializeDpc(PKDPC Dpc, PKDEFERRED_ROUTINE Routine, PVOID Context) {
  initialize(Dpc, kDpcObject, Routine, Context);
}

extern "C" void supplied_KeInitializeThreadedDpc(PKDPC Dpc, PKDEFERRED_ROUTINE Routine,
                                                 PVOID Context) {
  initialize(Dpc, kThreadedDpcObject, Routine, Context);
}

extern "C" BOOLEAN supplied_KeInsertQueueDpc(PKDPC Dpc, PVOID Argument1, PVOID Argument2) {
  return queue_dpc(Dpc, Argument1, Argument2);
}

extern "C" BOOLEAN supplied_KeRemoveQueueDpc(PKDPC Dpc) { return remove(Dpc); }

extern "C" BOOLEAN supplied_KeRemoveQueueDpcEx(PKDPC Dpc, BOOLEAN WaitIfActive) {
  const bool removed = remove(Dpc);
  if (WaitIfActive) wait_until_idle(Dpc);
  return removed;
}

extern "C" void supplied_KeFlushQueuedDpcs() {
  for (DpcQueue* queues : {ordinary, threaded}) {
    for (ULONG i = 0; i < processor_count(); ++i) flush(queues[i]);
  }
}

extern "C" void supplied_KeSetImportanceDpc(PKDPC Dpc, KDPC_IMPORTANCE Importance) {
  Dpc->Importance = static_cast<UCHAR>(Importance);
}

extern "C" NTSTATUS supplied_KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER Processor) {
  if (Processor->Group != 0 || Processor->Number >= processor_count() || Processor->Reserved != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  Dpc->Number = static_cast<USHORT>(kTargeted + Processor->Number);
  return STATUS_SUCCESS;
}

// A processor that isn't there is a bug check on Windows; here the DPC goes to the last one.
extern "C" void supplied_KeSetTargetProcessorDpc(PKDPC Dpc, CCHAR Number) {
  const ULONG last = processor_count() - 1;
  const ULONG wanted = static_cast<UCHAR>(Number);
  Dpc->Number = static_cast<USHORT>(kTargeted + (wanted < last ? wanted : last));
}
