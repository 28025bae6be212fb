// Numbers mixed to one number.
#pragma once

#include <cstdint>

namespace ddireplay::tools::diff {

constexpr std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
  hash *= 0xbf58476d1ce4e5b9;
  return hash ^ (hash >> 31);
}

}  // namespace ddireplay::tools::diff
