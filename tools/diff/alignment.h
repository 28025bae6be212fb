// Which elements of two sequences belong to each other.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace ddireplay::tools::diff {

// Places of equal elements, both strictly ascending.
using Matches = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// By the shortest edit script (Myers), where that has no more than some hundred edits; of sequences
// that have little in common, a script that is good piece by piece. Time grows with their lengths.
Matches align(std::span<const std::uint64_t> good, std::span<const std::uint64_t> bad);

// One element by several keys, the strictest first.
struct Keys {
  std::vector<std::vector<std::uint64_t>> levels;  // all of the same length
};

// By the strictest keys; what lies between two matches then by the next ones, and so on.
Matches align_by_levels(const Keys& good, const Keys& bad);

}  // namespace ddireplay::tools::diff
