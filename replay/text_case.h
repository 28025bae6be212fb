// Names without case, as Windows and its debuggers compare them. ASCII only.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace ddireplay::replay {

constexpr char fold_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool same_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, fold_case, fold_case);
}

constexpr bool less_without_case(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, fold_case, fold_case);
}

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), fold_case);
  return lower;
}

}  // namespace ddireplay::replay
