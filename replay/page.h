// Pages of the recorded machine's memory.
#pragma once

#include <cstdint>

namespace ddireplay::replay {

inline constexpr std::uint64_t kPageBytes = 4096;

constexpr std::uint64_t page_of(std::uint64_t address) { return address / kPageBytes; }

}  // namespace ddireplay::replay
