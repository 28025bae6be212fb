// In which pages of the recorded machine's memory objects are known to lie: most memory that is
// allocated or freed holds none, and this says so without looking for them.
//
// Pages share counters. So it may say that there are objects where there are none, never the other
// way round.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "replay/page.h"

namespace ddireplay::replay {

class ObjectPages {
 public:
  // An object in [begin, end), which is not empty.
  void add(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t page = page_of(begin); page <= page_of(end - 1); ++page) ++count_of(page);
  }
  void remove(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t page = page_of(begin); page <= page_of(end - 1); ++page) --count_of(page);
  }

  // False: no object has a byte in [begin, end).
  bool may_hold(std::uint64_t begin, std::uint64_t end) const {
    if (begin >= end) return false;
    const std::uint64_t first = page_of(begin);
    const std::uint64_t last = page_of(end - 1);
    if (last - first >= kPagesLookedAt) return true;
    for (std::uint64_t page = first; page <= last; ++page) {
      if (counts_[page % counts_.size()] != 0) return true;
    }
    return false;
  }

 private:
  // Looking for objects in more pages than that is no saving.
  static constexpr std::uint64_t kPagesLookedAt = 64;

  std::uint32_t& count_of(std::uint64_t page) { return counts_[page % counts_.size()]; }

  std::array<std::uint32_t, 4096> counts_{};
};

}  // namespace ddireplay::replay
