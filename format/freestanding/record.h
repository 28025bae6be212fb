// One event as the recorder stores it in a ring and as every chunk encoder reads it.
//
// A record takes one slot of 64 bytes, and one more for every eight values beyond the first five,
// so that storing it is a handful of aligned stores. How many values there are, and what each
// means, is said by the layout of the record's function (ddi_layout.h), not by the record. A value
// narrower than 64 bits is extended to them: by its sign where the field has one, else by zeros.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstdint>

namespace ddireplay::format {

// IRQL of an event that was not sampled.
inline constexpr std::uint8_t kIrqlUnknown = 0xff;

// Stack of an event that has none.
inline constexpr std::uint32_t kNoStack = 0xffffffff;

namespace event_flags {
inline constexpr std::uint8_t exit = 0x01;    // at return; clear: at entry
inline constexpr std::uint8_t raised = 0x02;  // left by an exception: there is no result
}  // namespace event_flags

inline constexpr unsigned kValuesInFirstSlot = 5;
inline constexpr unsigned kValuesPerFurtherSlot = 8;

struct alignas(64) Slot {
  std::uint64_t words[8];
};

// The head of a record, as it lies in the first slot.
struct Record {
  std::uint64_t time;      // clock ticks
  std::uint64_t thread;    // KTHREAD address, or thread id where the host has none to show
  std::uint32_t stack;     // id in the stack table of whoever filled the record, or kNoStack
  std::uint16_t function;  // id in the function table of whoever filled the record
  std::uint8_t irql;
  std::uint8_t flags;
  std::uint64_t values[kValuesInFirstSlot];
};
static_assert(sizeof(Record) == sizeof(Slot));

constexpr unsigned slots_for(unsigned value_count) {
  if (value_count <= kValuesInFirstSlot) return 1;
  const unsigned rest = value_count - kValuesInFirstSlot;
  return 1 + (rest + kValuesPerFurtherSlot - 1) / kValuesPerFurtherSlot;
}

}  // namespace ddireplay::format
