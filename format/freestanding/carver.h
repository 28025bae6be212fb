// Cuts one block of memory into arrays.
//
// The same sequence of calls either measures (without a block) or places (with one), so the two
// can't disagree.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ddireplay::format {

class Carver {
 public:
  static constexpr std::size_t kAlignment = 64;

  // `block` is aligned to kAlignment, or null to measure.
  explicit Carver(std::byte* block) : block_(block) {}

  // Room for `count` of T, aligned to kAlignment; null while measuring.
  template <class T>
  T* take(std::size_t count) {
    static_assert(alignof(T) <= kAlignment);
    std::byte* const place = block_ == nullptr ? nullptr : block_ + bytes_;
    bytes_ += (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    return reinterpret_cast<T*>(place);
  }

  // Taken so far.
  std::size_t bytes() const { return bytes_; }

 private:
  std::byte* block_;
  std::size_t bytes_ = 0;
};

}  // namespace ddireplay::format
