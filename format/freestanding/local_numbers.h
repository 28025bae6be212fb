// Numbers those entries of a caller's table that a chunk uses.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/carver.h"

namespace ddireplay::format {

// `Number` is unsigned; its highest value can't be a place in the table.
template <class Number>
class LocalNumbers {
 public:
  void place(Carver& carver, std::size_t table_size, std::size_t used_max) {
    locals_ = carver.take<Number>(table_size);
    used_ = carver.take<Number>(used_max);
    table_size_ = table_size;
  }

  void clear_all() {
    for (std::size_t i = 0; i < table_size_; ++i) locals_[i] = kUnused;
    count_ = 0;
  }

  // Back to empty at the cost of what was used, not of the table.
  void clear_used() {
    for (std::uint32_t i = 0; i < count_; ++i) locals_[used_[i]] = kUnused;
    count_ = 0;
  }

  // Entries are numbered by first use, until they are numbered anew: by key(entry), and by first
  // use where that is the same.
  template <class Key>
  void sort_by(Key key) {
    std::sort(used_, used_ + count_, [&](Number left, Number right) {
      const auto left_key = key(left);
      const auto right_key = key(right);
      return left_key != right_key ? left_key < right_key : locals_[left] < locals_[right];
    });
    for (std::uint32_t i = 0; i < count_; ++i) locals_[used_[i]] = static_cast<Number>(i);
  }

  bool contains(Number entry) const { return locals_[entry] != kUnused; }

  Number add(Number entry) {
    if (locals_[entry] == kUnused) {
      locals_[entry] = static_cast<Number>(count_);
      used_[count_++] = entry;
    }
    return locals_[entry];
  }

  Number local(Number entry) const { return locals_[entry]; }
  std::uint32_t count() const { return count_; }
  std::span<const Number> used() const { return {used_, count_}; }

 private:
  static constexpr Number kUnused = static_cast<Number>(~Number{0});

  Number* locals_;  // by place in the table
  Number* used_;    // by local number
  std::size_t table_size_;
  std::uint32_t count_ = 0;
};

}  // namespace ddireplay::format
