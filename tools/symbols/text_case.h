// Comparing names without case, as Windows and its debuggers do. ASCII only.
#pragma once

#include <algorithm>
#include <string_view>

namespace ddireplay::tools {

constexpr char fold_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool same_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, fold_case, fold_case);
}

constexpr bool less_without_case(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, fold_case, fold_case);
}

}  // namespace ddireplay::tools
