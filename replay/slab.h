// Objects of one type that come and go by the million: memory is taken in large pieces and reused,
// so that making one is a few instructions once the replay runs.
//
// What is still alive when the slab dies is dropped without its destructor.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace ddireplay::replay {

template <class T>
class Slab {
 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  template <class... Args>
  T* make(Args&&... args) {
    if (free_ == nullptr) add_piece();
    Cell* cell = free_;
    free_ = cell->next;
    return new (cell->storage) T(std::forward<Args>(args)...);
  }

  void recycle(T* object) {
    object->~T();
    free_ = new (static_cast<void*>(object)) Cell{free_};
  }

 private:
  union Cell {
    Cell* next;
    alignas(T) std::byte storage[sizeof(T)];
  };
  static constexpr std::size_t kCellsPerPiece = 512;

  void add_piece() {
    pieces_.push_back(std::make_unique<Cell[]>(kCellsPerPiece));
    Cell* piece = pieces_.back().get();
    for (std::size_t i = kCellsPerPiece; i-- > 0;) {
      piece[i].next = free_;
      free_ = &piece[i];
    }
  }

  std::vector<std::unique_ptr<Cell[]>> pieces_;
  Cell* free_ = nullptr;
};

}  // namespace ddireplay::replay
