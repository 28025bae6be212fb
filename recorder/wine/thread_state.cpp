#include "recorder/wine/thread_state.h"

#include "recorder/wine/host_routines.h"

namespace ddireplay::recorder::wine {
namespace {

ULONG processors;
volatile LONG threads_housed;

constexpr ULONG kThreadAffinityMask = 4;  // THREADINFOCLASS

// Where drivers' inline KeGetCurrentProcessorNumber and KeGetCurrentThread look: on Windows gs is
// the processor block there. Wine leaves this part of the thread's block unused.
constexpr unsigned kBlockProcessorNumber = 0x184;
constexpr unsigned kBlockCurrentThread = 0x188;

void show_to_inline_readers(ULONG number) {
  char* block = thread_block();
  *reinterpret_cast<ULONG*>(block + kBlockProcessorNumber) = number;
  *reinterpret_cast<PKTHREAD*>(block + kBlockCurrentThread) = exported_KeGetCurrentThread();
}

}  // namespace

ULONG thread_state_offset;

bool claim_thread_state() {
  if (thread_state_offset != 0) return true;
  const ULONG slot = host().allocate_tls();
  if (slot >= kTebTlsSlotCount) return false;
  const ULONG active = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  // Without /sys Wine finds no processors at all.
  const ULONG at_least_one = active == 0 ? 1 : active;
  processors = at_least_one < kMaxProcessors ? at_least_one : kMaxProcessors;
  thread_state_offset = kTebTlsSlots + slot * sizeof(void*);
  return true;
}

ULONG processor_count() { return processors; }

ULONG current_processor() {
  ThreadState& state = thread_state();
  if (state.home == 0) {
    const ULONG number = static_cast<ULONG>(InterlockedIncrement(&threads_housed)) % processors;
    state.home = static_cast<USHORT>(number + 1);
    show_to_inline_readers(number);
  }
  return state.home - 1u;
}

void move_to_processor(ULONG number) {
  thread_state().home = static_cast<USHORT>(number + 1);
  show_to_inline_readers(number);
  // A container may forbid it. Then the number is still right, and only the caches aren't.
  ULONG_PTR mask = ULONG_PTR{1} << number;
  host().set_thread_information(current_thread(), kThreadAffinityMask, &mask, sizeof(mask));
}

}  // namespace ddireplay::recorder::wine
