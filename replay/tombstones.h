// The newest blocks that were freed, by address: a ring that is written from front to back, so that
// keeping many of them costs a free next to nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "replay/hash_index.h"
#include "replay/pool_model.h"

namespace ddireplay::replay {

class Tombstones {
 public:
  static constexpr std::size_t kMax = 65536;

  Tombstones() { ring_.reserve(kMax); }

  // Takes the place of the oldest one when there are too many.
  void add(const PoolBlock& block, const Moment& freed);
  // Valid until the next change; nullptr: there is none.
  const PoolBlock* find(std::uint64_t address) const { return index_.find(address); }
  void remove(std::uint64_t address);

 private:
  struct ByAddress;
  struct Grave : HashHook<ByAddress>, PoolBlock {};
  struct AddressOf {
    using type = std::uint64_t;
    type operator()(const Grave& grave) const { return grave.address; }
  };

  std::vector<Grave> ring_;  // never grows beyond what was reserved: graves stay where they are
  std::size_t next_ = 0;
  HashIndex<Grave, ByAddress, AddressOf> index_;
};

}  // namespace ddireplay::replay
