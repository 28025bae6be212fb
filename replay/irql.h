// The levels that rules speak of. They are the same on every architecture; those above are not.
#pragma once

#include <cstdint>

namespace ddireplay::replay {

inline constexpr std::uint8_t kPassiveLevel = 0;
inline constexpr std::uint8_t kApcLevel = 1;
inline constexpr std::uint8_t kDispatchLevel = 2;

}  // namespace ddireplay::replay
