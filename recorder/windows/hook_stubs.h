// The stubs of thunk.S.
#pragma once

#include <cstdint>

#include "recorder/core/hook_table.h"

extern "C" const std::uint8_t ddirec_stubs[];

namespace ddireplay::recorder {

inline constexpr std::uint32_t kStubBytes = 16;
inline constexpr std::uint32_t kStubCount = 4096;  // as in thunk.S

inline StubRange stub_range() {
  return {reinterpret_cast<std::uint64_t>(ddirec_stubs), kStubBytes, kStubCount};
}

}  // namespace ddireplay::recorder
