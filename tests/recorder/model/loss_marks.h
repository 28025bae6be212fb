// Whether what came out of a ring is what went in, with its losses told where they happened.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace ddireplay::recorder::model {

// One try to store an event. Moments are those of one clock that stands above the whole machine.
struct Attempt {
  unsigned ring = 0;
  unsigned thread = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // of the reservation
  bool stored = false;
};

// Taken out of a ring: an event, by its place among the attempts, or the word that some are lost.
struct Taken {
  std::uint64_t event = 0;
  std::uint64_t lost = 0;  // 0: an event
};

// What is wrong; empty: nothing. A loss is told in place if it is told behind every event that was
// in the ring before the attempt began, and before every event whose attempt began after it ended.
std::string check_taken(unsigned ring, const std::deque<Attempt>& attempts,
                        const std::vector<Taken>& taken);

}  // namespace ddireplay::recorder::model
