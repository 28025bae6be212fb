// Where in a trace something happened to an object: small enough to be kept for every live object.
#pragma once

#include <cstdint>

#include "format/event.h"

namespace ddireplay::replay {

struct Moment {
  std::uint64_t position = 0;  // 0: not seen
  std::uint64_t thread = 0;
  format::StackId stack = format::kNoStack;
  format::FunctionId function = 0;
  std::uint16_t processor = 0;
  std::uint8_t irql = format::kIrqlUnknown;

  bool seen() const { return position != 0; }
};

}  // namespace ddireplay::replay
