// What is known of each thread, by its number or address.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "replay/recent_map.h"

namespace ddireplay::replay {

// T has `idle()`: nothing is known. Threads come and go by the million; of those that are gone
// nobody says so.
template <class T>
class ByThread {
 public:
  T* find(std::uint64_t thread) const { return threads_.find(thread); }
  // It may forget threads that are idle.
  T& at(std::uint64_t thread) {
    if (T* const known = find(thread)) return *known;
    if (threads_.size() >= clean_at_) {
      threads_.erase_if([](const T& one) { return one.idle(); });
      clean_at_ = std::max(kBeforeCleaning, threads_.size() * 2);
    }
    return threads_[thread];
  }
  void erase(std::uint64_t thread) { threads_.erase(thread); }
  void clear() { threads_.clear(); }

 private:
  // Idle ones are forgotten when there are this many, or twice as many as were left the last time.
  static constexpr std::size_t kBeforeCleaning = 4096;

  RecentMap<T> threads_;
  std::size_t clean_at_ = kBeforeCleaning;
};

}  // namespace ddireplay::replay
