// Finds entries of a table by their contents: an open-addressing hash of ids.
//
// The table itself belongs to the caller, who compares.
#pragma once

#include <cstdint>
#include <vector>

namespace ddireplay::format {

class IdHash {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  // The id for which is_equal(id) holds among those inserted under `hash`, or kNone.
  template <class IsEqual>
  std::uint32_t find(std::uint64_t hash, IsEqual&& is_equal) const {
    if (slots_.empty()) return kNone;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.id == kNone) return kNone;
      if (slot.hash == hash && is_equal(slot.id)) return slot.id;
    }
  }

  void insert(std::uint64_t hash, std::uint32_t id) {
    if ((count_ + 1) * 2 > slots_.size()) grow();
    place({hash, id});
    ++count_;
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t id = kNone;
  };

  void place(const Slot& slot) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = slot.hash & mask;
    while (slots_[at].id != kNone) at = (at + 1) & mask;
    slots_[at] = slot;
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 64 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id != kNone) place(slot);
    }
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace ddireplay::format
