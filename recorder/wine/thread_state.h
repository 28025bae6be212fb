// What the kernel keeps per processor and per thread, kept per thread.
//
// Under Wine a driver's threads are threads of a user-mode process: there is no processor to hold
// an IRQL. So every thread stands on a virtual processor of its own choice (its home) for as long
// as it doesn't ask to be moved, and carries the IRQL itself.
//
// All of it lies in one thread-local slot of the process, which reads as zero in a thread that was
// never seen: PASSIVE_LEVEL, APCs enabled, no home yet.
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

struct ThreadState {
  UCHAR irql;
  BOOLEAN in_dpc;
  USHORT home;  // number of the virtual processor + 1; 0: not chosen yet
  // Counted as Windows does: entering a region counts down.
  SHORT kernel_apc_disable;
  SHORT special_apc_disable;
};
static_assert(sizeof(ThreadState) == sizeof(void*));

inline constexpr unsigned kTebTlsSlots = 0x1480;
inline constexpr ULONG kTebTlsSlotCount = 64;

// Offset of our slot in every thread's environment block, or 0 when there is none.
extern ULONG thread_state_offset;

// Claims the slot, once for as long as this code is loaded: a thread that sits in a wait may come
// back to it long after all else has stopped. Fails when the process has used up the slots that lie
// in the block itself.
bool claim_thread_state();

inline ThreadState& thread_state() {
  return *reinterpret_cast<ThreadState*>(thread_block() + thread_state_offset);
}

// Virtual processors: as many as Wine reports active ones.
ULONG processor_count();
inline constexpr ULONG kMaxProcessors = 64;

// The current thread's virtual processor.
ULONG current_processor();

// Moves the current thread to that processor, as far as the operating system lets it.
void move_to_processor(ULONG number);

}  // namespace ddireplay::recorder::wine
