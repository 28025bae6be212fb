// An array that is filled right after it has been sized, and reused from chunk to chunk.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "format/memory_pages.h"

namespace ddireplay::format {

template <class T>
class Buffer {
 public:
  // Contents are not kept, and not set.
  void resize(std::size_t size) {
    if (size > capacity_) {
      items_ = std::make_unique_for_overwrite<T[]>(size);
      capacity_ = size;
    }
    size_ = size;
  }

  // Gives memory back. The contents are lost, the size and the place are not: it is to be filled
  // again by a resize() to the same size.
  void discard() { discard_pages(std::as_writable_bytes(std::span(items_.get(), capacity_))); }

  T* data() { return items_.get(); }
  const T* data() const { return items_.get(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t at) { return items_[at]; }
  const T& operator[](std::size_t at) const { return items_[at]; }
  std::span<T> span() { return {items_.get(), size_}; }
  std::span<const T> span() const { return {items_.get(), size_}; }

 private:
  std::unique_ptr<T[]> items_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace ddireplay::format
