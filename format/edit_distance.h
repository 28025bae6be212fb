// How unlike two names are: for "did you mean".
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

namespace ddireplay::format {

// Nobody types longer names, and to compare them takes long.
inline constexpr std::size_t kLongestWorthComparing = 64;

// How many characters must be changed, put in or taken out to make one name the other
// (Levenshtein). `same` compares two characters.
template <class Same = std::equal_to<>>
std::size_t edit_distance(std::string_view left, std::string_view right, Same same = {}) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t changed = diagonal + (same(left[i], right[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace ddireplay::format
