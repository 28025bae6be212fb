// NTSTATUS values that models and rules speak of.
#pragma once

#include <cstdint>

namespace ddireplay::replay {

inline constexpr std::uint32_t kStatusSuccess = 0;
inline constexpr std::uint32_t kStatusPending = 0x103;
inline constexpr std::uint32_t kStatusMoreProcessing = 0xc0000016;
inline constexpr std::uint32_t kStatusNotSupported = 0xc00000bb;

// Of an operand, too, whose upper half says nothing.
constexpr bool is_error(std::uint64_t status) { return static_cast<std::int32_t>(status) < 0; }

}  // namespace ddireplay::replay
