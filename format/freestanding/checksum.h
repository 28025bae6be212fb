// The checksum of headers and payloads: XXH64 with seed 0.
//
// Freestanding: xxhash is header-only here, and needs nothing but memcpy.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ddireplay::format {

std::uint64_t checksum(const void* data, std::size_t bytes);

}  // namespace ddireplay::format
