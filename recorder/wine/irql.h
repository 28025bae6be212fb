// The virtual IRQL.
//
// On x64 KeGetCurrentIrql, KeRaiseIrql and KeLowerIrql are no calls but reads and writes of cr8,
// which no import shows. In user mode each of them is a privileged instruction and traps: taken
// before Wine's own emulation (which reads 0 and ignores writes), it works on the thread's virtual
// IRQL, and can be recorded.
#pragma once

#include "recorder/wine/kernel.h"
#include "recorder/wine/thread_state.h"

namespace ddireplay::recorder::wine {

// SYNCH_LEVEL, as the inline KeRaiseIrqlToSynchLevel has it.
inline constexpr KIRQL kSynchLevel = 12;

enum class InlineIrql : std::uint8_t { read, raise, lower };

struct IrqlCallbacks {
  // After the effect, on the thread that did it. `context` is that behind the trapped instruction,
  // as a return address would be, and may be used for a walk of the stack. Called at any IRQL.
  void (*on_inline_irql)(KIRQL before, KIRQL after, InlineIrql kind, const CONTEXT* context);
};

// Needs find_host_routines() and claim_thread_state().
void set_irql_callbacks(const IrqlCallbacks& callbacks);
bool start_virtual_irql();
bool stop_virtual_irql();

inline KIRQL current_irql() { return thread_state().irql; }

// Returns the level before.
inline KIRQL set_irql(KIRQL level) {
  ThreadState& state = thread_state();
  const KIRQL before = state.irql;
  state.irql = level;
  return before;
}

// Never lowers: a routine that is documented to raise must not hide that it was called too high.
inline KIRQL raise_irql(KIRQL level) {
  const KIRQL before = current_irql();
  if (before < level) set_irql(level);
  return before;
}

}  // namespace ddireplay::recorder::wine
