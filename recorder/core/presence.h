// How many threads are inside the recorder: in the thunk, or in a call or callback that it will see
// return.
//
// It outlives recordings: a thread that never comes back holds the recorder's code, not its
// memory's counters.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ddireplay::recorder {

class Presence {
 public:
  void enter(std::uint32_t processor) { add(places_[processor % kPlaces].entered); }
  void leave(std::uint32_t processor) { add(places_[processor % kPlaces].left); }

  // A thread may enter on one processor and leave on another, so only the sums mean anything.
  // Departures are added up first: a thread that comes and goes meanwhile then counts as inside,
  // not as minus one.
  std::uint64_t threads_inside() const {
    std::uint64_t left = 0;
    for (const Place& place : places_) left += place.left.load(std::memory_order_acquire);
    std::uint64_t entered = 0;
    for (const Place& place : places_) entered += place.entered.load(std::memory_order_acquire);
    return entered - left;
  }

 private:
  static constexpr std::size_t kPlaces = 64;  // processors that share one only slow each other down

  struct alignas(64) Place {
    std::atomic<std::uint64_t> entered{0};
    std::atomic<std::uint64_t> left{0};
  };

  static void add(std::atomic<std::uint64_t>& count) {
    count.fetch_add(1, std::memory_order_acq_rel);
  }

  Place places_[kPlaces];
};

// The recorder's one and only.
Presence& presence();

}  // namespace ddireplay::recorder
