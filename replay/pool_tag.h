// Pool tags as numbers: the first character is in the lowest byte.
#pragma once

#include <cstdint>
#include <string_view>

namespace ddireplay::replay {

// Of four characters.
constexpr std::uint32_t tag_of(std::string_view text) {
  std::uint32_t tag = 0;
  for (unsigned i = 0; i < 4; ++i)
    tag |= std::uint32_t{static_cast<unsigned char>(text[i])} << 8 * i;
  return tag;
}

}  // namespace ddireplay::replay
