// The newest chunks of a recording, in memory that is fixed at the start: a chunk that comes takes
// the place of the oldest ones.
//
// A chunk lies in one piece, sealed as in a file: a dump of this memory has what is in it. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "format/freestanding/layout.h"

namespace ddireplay::recorder {

class FlightStore {
 public:
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };

  // As many chunks as `places` are kept at most.
  void attach(std::span<std::byte> memory, std::span<Place> places) {
    memory_ = memory;
    places_ = places;
  }

  bool is_used() const { return !memory_.empty(); }
  std::size_t size() const { return count_; }
  // From the oldest one, 0, on.
  std::span<const std::byte> chunk(std::size_t number) const {
    const Place& place = at(number);
    return memory_.subspan(place.offset, place.bytes);
  }

  // Where in the memory it lies now; nothing: it is larger than all of it, and not kept. `drop` is
  // called with the header of each chunk that gives way.
  template <class Drop>
  std::optional<std::uint64_t> add(std::span<const std::byte> chunk, const Drop& drop) {
    if (chunk.size() > memory_.size()) return std::nullopt;
    if (chunk.size() > memory_.size() - next_) {
      // What lies behind is older than what lies in front.
      while (count_ != 0 && at(0).offset >= next_) drop_oldest(drop);
      next_ = 0;
    }
    const std::uint64_t end = next_ + chunk.size();
    while (count_ != 0 && (count_ == places_.size() || overlaps(at(0), end))) drop_oldest(drop);
    __builtin_memcpy(memory_.data() + next_, chunk.data(), chunk.size());
    places_[(first_ + count_++) % places_.size()] = {next_, chunk.size()};
    const std::uint64_t offset = next_;
    next_ = end;
    return offset;
  }

 private:
  const Place& at(std::size_t number) const { return places_[(first_ + number) % places_.size()]; }

  bool overlaps(const Place& place, std::uint64_t end) const {
    return place.offset < end && place.offset + place.bytes > next_;
  }

  template <class Drop>
  void drop_oldest(const Drop& drop) {
    format::ChunkHeader header;
    __builtin_memcpy(&header, memory_.data() + at(0).offset, sizeof(header));
    drop(header);
    // Half overwritten, it would be found in a dump all the same, and be refused.
    __builtin_memset(memory_.data() + at(0).offset, 0, sizeof(header));
    first_ = (first_ + 1) % places_.size();
    --count_;
  }

  std::span<std::byte> memory_;
  std::span<Place> places_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace ddireplay::recorder
