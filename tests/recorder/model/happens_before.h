// Which action of a simulated thread is ordered before which of another, by what the memory orders
// of atomic operations promise and by nothing else; and so, whether two accesses to plain memory
// race. The simulation itself runs one step at a time: without this, an order that is too weak
// would go unnoticed.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace ddireplay::recorder::model {

// Of every thread, how much of what it did is known.
using Knowledge = std::vector<std::uint32_t>;

class HappensBefore {
 public:
  // Threads are numbered from 0; all begin with what is known now.
  explicit HappensBefore(unsigned threads);

  // What a thread learns of, and what it publishes, by an atomic object's `published`.
  void acquire(unsigned thread, const Knowledge& published) { join(known_[thread], published); }
  void release(unsigned thread, Knowledge& published) {
    join(published, known_[thread]);
    ++known_[thread][thread];
  }

  static void join(Knowledge& to, const Knowledge& from);

  // Of an object that has no room for it.
  Knowledge& published_at(const void* object) { return published_[object]; }

  // Accesses to plain memory, known by its address. False: it races with an earlier one.
  bool write(unsigned thread, const void* memory);
  bool read(unsigned thread, const void* memory);

 private:
  struct Accesses {
    unsigned writer = 0;
    std::uint32_t written = 0;  // the writer's step; 0: never
    Knowledge read;             // per thread: its step when it last read
  };

  bool is_known(unsigned thread, unsigned other, std::uint32_t step) const {
    return known_[thread][other] >= step;
  }

  std::vector<Knowledge> known_;  // per thread
  std::unordered_map<const void*, Knowledge> published_;
  std::unordered_map<const void*, Accesses> accesses_;
};

}  // namespace ddireplay::recorder::model
