// Gives the memory of a trace other addresses, so that nothing that a rule could ask of them
// changes: what lies together is moved together.
//
// Addresses are gathered first. Units of 64 KB that hold any, and are near each other, are a
// region, as is all between the beginning and the end of one object. Regions keep their order and
// their half of the address space, addresses their place within the unit; no new region overlaps
// any old one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ddireplay::replay {

class AddressMap {
 public:
  explicit AddressMap(unsigned pointer_bytes);

  // Whether a number may be an address at all: neither a small one nor a negative one.
  bool is_address(std::uint64_t value) const;

  // Gathers. What is no address is ignored; an object of 0 bytes counts as one of 1.
  void add(std::uint64_t address, std::uint64_t bytes = 1);
  // After the last add(), before the first lookup. Throws format::Error where there is no room,
  // which names `trace`.
  void place(const std::string& trace);

  // The new address; nothing of what lies in no region.
  std::optional<std::uint64_t> find(std::uint64_t address) const;
  // The same; what lies in no region stays.
  std::uint64_t operator()(std::uint64_t address) const { return find(address).value_or(address); }
  std::size_t regions() const { return regions_.size(); }

 private:
  struct Region {
    std::uint64_t begin;
    std::uint64_t last;  // its last byte
    std::uint64_t moved_to;
  };

  void join();
  std::uint64_t free_place(std::uint64_t from, const Region& region) const;

  const unsigned pointer_bytes_;
  std::vector<Region> regions_;
  std::size_t joined_ = 0;  // regions that join() left
};

}  // namespace ddireplay::replay
