// Text put together in a fixed buffer. What has no room is left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ddireplay::recorder {

template <std::size_t Capacity>
class Text {
 public:
  Text& operator<<(std::string_view text) {
    for (const char c : text) {
      if (length_ < Capacity) characters_[length_++] = c;
    }
    return *this;
  }

  Text& operator<<(std::uint64_t number) {
    char digits[20];
    std::size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count != 0) *this << std::string_view(&digits[--count], 1);
    return *this;
  }

  std::string_view view() const { return {characters_, length_}; }

 private:
  char characters_[Capacity] = {};
  std::size_t length_ = 0;
};

}  // namespace ddireplay::recorder
