// Which values of an event are compared, and as what: noise of timing, memory and machine is not.
#pragma once

#include <cstdint>
#include <vector>

#include "format/event.h"
#include "tools/diff/recording.h"

namespace ddireplay::tools::diff {

struct ComparedField {
  std::uint8_t field = 0;
  std::uint64_t mask = 0;  // of the bits that the field has
  ValueKind kind = ValueKind::scalar;
  bool may_be_address = false;  // a number of pointer width: a reference where it is large
};

// Of an event at return all of them, at entry those before the layout's `entry_count`.
std::vector<ComparedField> compared_fields(const format::Function& function,
                                           unsigned pointer_bytes);

// Bits of parameter `number` (0 to 2) of a request that are compared; 0: none, it may be an
// address.
std::uint64_t parameter_mask(std::uint64_t major, unsigned number);

// What a time is compared by: how long a span is only if it is a whole number of milliseconds, for
// others were computed from a clock.
std::uint64_t compared_time(std::int64_t value);

}  // namespace ddireplay::tools::diff
