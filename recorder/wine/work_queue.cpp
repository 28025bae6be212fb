#include "recorder/wine/work_queue.h"

#include "recorder/wine/irql.h"
#include "recorder/wine/waiting.h"

namespace ddireplay::recorder::wine {
namespace {

constexpr ULONG kThreadsMax = 32;

// Guards all of this. An item is queued while its list entry points forward, as on Windows.
constinit SpinLock lock;
LIST_ENTRY waiting;
volatile LONG changes;  // idle threads sleep on it
LONG idle;
LONG items;
ULONG thread_count;
constinit HostThread threads[kThreadsMax];
bool stopping;

void note_change() {
  InterlockedIncrement(&changes);
  wake_sleepers(changes);
}

PWORK_QUEUE_ITEM take() {
  SpinGuard guard(lock);
  if (items == 0) return nullptr;
  --items;
  PWORK_QUEUE_ITEM item = CONTAINING_RECORD(RemoveHeadList(&waiting), WORK_QUEUE_ITEM, List);
  item->List.Flink = nullptr;
  return item;
}

// The routine may free its item.
void run(PWORK_QUEUE_ITEM item) {
  PWORKER_THREAD_ROUTINE routine = item->WorkerRoutine;
  routine(item->Parameter);
  // A routine that returns raised is a finding; the next one must not inherit it.
  ThreadState& state = thread_state();
  state.irql = PASSIVE_LEVEL;
  state.kernel_apc_disable = 0;
  state.special_apc_disable = 0;
}

void sleep_until_change(LONG seen) {
  lock.acquire();
  ++idle;
  lock.release();
  sleep_while(changes, seen);
  lock.acquire();
  --idle;
  lock.release();
}

void NTAPI worker_thread(PVOID) {
  for (;;) {
    const LONG seen = changes;
    PWORK_QUEUE_ITEM item = take();
    if (item != nullptr) {
      run(item);
    } else if (stopping) {
      break;
    } else {
      sleep_until_change(seen);
    }
  }
  PsTerminateSystemThread(STATUS_SUCCESS);
}

// Under the lock: the place of a thread to be made for what is queued, or nullptr.
HostThread* place_for_thread() {
  if (stopping || items <= idle || thread_count == kThreadsMax) return nullptr;
  return &threads[thread_count++];
}

}  // namespace

bool start_work_queue() {
  InitializeListHead(&waiting);
  stopping = false;
  thread_count = 1;
  return threads[0].start(worker_thread, nullptr);
}

bool stop_work_queue() {
  lock.acquire();
  stopping = true;
  const ULONG count = thread_count;
  lock.release();
  note_change();
  bool all_ended = true;
  for (ULONG i = 0; i < count; ++i) all_ended &= threads[i].join();
  return all_ended;
}

bool queue_work(PWORK_QUEUE_ITEM item) {
  HostThread* place;
  {
    SpinGuard guard(lock);
    if (item->List.Flink != nullptr) return false;
    InsertTailList(&waiting, &item->List);
    ++items;
    place = place_for_thread();
  }
  note_change();
  // When none can be made, those that there are will come to it.
  if (place != nullptr) place->start(worker_thread, nullptr);
  return true;
}

bool cancel_work(PWORK_QUEUE_ITEM item) {
  SpinGuard guard(lock);
  if (item->List.Flink == nullptr) return false;
  RemoveEntryList(&item->List);
  item->List.Flink = nullptr;
  --items;
  return true;
}

}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

// The queue's kind is the thread's priority, which is of no account here.
extern "C" void supplied_ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE) {
  queue_work(WorkItem);
}
