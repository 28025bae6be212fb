// How many threads decode for one replay, unless the user says otherwise.
#pragma once

#include <algorithm>
#include <thread>

namespace ddireplay::tools {

inline constexpr unsigned kMaxDecoders = 64;

inline unsigned usable_decoders() {
  return std::clamp(std::thread::hardware_concurrency(), 1u, kMaxDecoders);
}

}  // namespace ddireplay::tools
