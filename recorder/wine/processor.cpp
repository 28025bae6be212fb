// Processor numbers, affinity, and small things of the processor.
#include "recorder/wine/host_routines.h"
#include "recorder/wine/thread_state.h"
#include "recorder/wine/waiting.h"

namespace ddireplay::recorder::wine {
namespace {

constexpr LONGLONG k100nsPerMicrosecond = 10;

// The lowest processor in the mask becomes the thread's, and stays it until the next call.
KAFFINITY move_to_affinity(KAFFINITY affinity) {
  const KAFFINITY before = KAFFINITY{1} << current_processor();
  for (ULONG number = 0; number < processor_count(); ++number) {
    if ((affinity >> number & 1) == 0) continue;
    move_to_processor(number);
    break;
  }
  return before;
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" ULONG supplied_KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber) {
  const ULONG number = current_processor();
  if (ProcNumber != nullptr) *ProcNumber = {0, static_cast<UCHAR>(number), 0};
  return number;
}

extern "C" void supplied_KeSetSystemAffinityThread(KAFFINITY Affinity) {
  move_to_affinity(Affinity);
}

extern "C" KAFFINITY supplied_KeSetSystemAffinityThreadEx(KAFFINITY Affinity) {
  return move_to_affinity(Affinity);
}

// A thread needn't move when it may run anywhere.
extern "C" void supplied_KeRevertToUserAffinityThread() {}

extern "C" void supplied_KeRevertToUserAffinityThreadEx(KAFFINITY Affinity) {
  if (Affinity != 0) move_to_affinity(Affinity);
}

extern "C" LOGICAL supplied_KeIsExecutingDpc() { return thread_state().in_dpc; }

extern "C" void supplied_KeStallExecutionProcessor(ULONG MicroSeconds) {
  const LONGLONG end = monotonic_time() + MicroSeconds * k100nsPerMicrosecond;
  while (monotonic_time() < end) _mm_pause();
}

// The operating system below saves every thread's registers: there is nothing left to do.

extern "C" NTSTATUS supplied_KeSaveExtendedProcessorState(ULONG64, PVOID) { return STATUS_SUCCESS; }

extern "C" void supplied_KeRestoreExtendedProcessorState(PVOID) {}
