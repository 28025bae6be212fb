// The part of the thunk's stack frame that it shares with the recorder: thunk.S fills in what it
// finds, the recorder says what to do, the thunk does it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format/freestanding/ddi_layout.h"
#include "recorder/core/ring.h"

namespace ddireplay::recorder {

enum class Action : std::uint8_t {
  jump = 0,  // nothing is recorded at return: the thunk leaves no frame behind
  call = 1,  // call `target` with a copy of the stack arguments, then report the return
};

enum class FrameState : std::uint8_t {
  idle = 0,
  in_call = 1,  // the original routine is running: an exception that passes is an exit
};

struct CallFrame {
  std::uint64_t registers[4];      // rcx, rdx, r8, r9
  std::uint64_t vectors[4][2];     // xmm0 to xmm3
  std::uint64_t stack_pointer;     // at entry of the stub: address of the return address
  std::uint64_t result;            // rax
  std::uint64_t vector_result[2];  // xmm0
  std::uint64_t target;            // where the call goes
  std::uint32_t slot;              // number of the stub that was called
  Action action;
  std::uint8_t stack_arguments;  // how many to copy
  FrameState state;
  std::uint8_t irql_after;  // of a callback: at which its caller goes on
  bool tracked_thread;      // counted in the set of system threads
  EventHead event;          // as it is at entry
  Ring* ring;               // where it goes
  Ring::Reservation place;
  std::uint64_t values[format::kMaxFields];
};

// thunk.S has these offsets as numbers.
static_assert(offsetof(CallFrame, registers) == 0x00);
static_assert(offsetof(CallFrame, vectors) == 0x20);
static_assert(offsetof(CallFrame, stack_pointer) == 0x60);
static_assert(offsetof(CallFrame, result) == 0x68);
static_assert(offsetof(CallFrame, vector_result) == 0x70);
static_assert(offsetof(CallFrame, target) == 0x80);
static_assert(offsetof(CallFrame, slot) == 0x88);
static_assert(offsetof(CallFrame, action) == 0x8c);
static_assert(offsetof(CallFrame, stack_arguments) == 0x8d);
static_assert(sizeof(CallFrame) <= 0x1a0);

}  // namespace ddireplay::recorder
