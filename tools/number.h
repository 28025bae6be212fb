// Numbers as people write them.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ddireplay::tools {

// All of `text`, without prefix or sign; nothing where it is no number of that base or too large.
inline std::optional<std::uint64_t> parse_number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// As the debuggers read a number: hexadecimal, "0x" or not, ` between the halves or not.
inline std::optional<std::uint64_t> parse_hexadecimal(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  std::string digits(text);
  std::erase(digits, '`');
  return parse_number(digits, 16);
}

}  // namespace ddireplay::tools
