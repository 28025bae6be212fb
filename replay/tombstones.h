// The newest blocks that were freed: a ring that is written from front to back, so that keeping
// many of them costs a free next to nothing. Only when the first one is looked up are they put in
// order by address; most traces never ask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "replay/hash_index.h"
#include "replay/pool_model.h"

namespace ddireplay::replay {

class Tombstones {
 public:
  static constexpr std::size_t kMax = 65536;

  // Takes the place of the oldest one when there are too many. `freed` is not seen where a block
  // went unseen: what was freed before at its address is then not known any more.
  void add(const PoolBlock& block, const Moment& freed);
  // The newest one at the address; nullptr: there is none. Valid until the next change.
  const PoolBlock* find(std::uint64_t address);

 private:
  struct ByAddress;
  struct Grave : HashHook<ByAddress>, PoolBlock {
    bool is_indexed = false;
  };
  struct AddressOf {
    using type = std::uint64_t;
    type operator()(const Grave& grave) const { return grave.address; }
  };

  static constexpr std::size_t kGravesPerPiece = 128;
  static_assert(kMax % kGravesPerPiece == 0);

  Grave& at(std::size_t place) { return pieces_[place / kGravesPerPiece][place % kGravesPerPiece]; }
  Grave& take_oldest();
  void put_into_index(Grave& grave);
  void take_from_index(Grave& grave);

  std::vector<std::unique_ptr<Grave[]>> pieces_;  // most traces need few of them
  std::size_t count_ = 0;
  std::size_t next_ = 0;  // the oldest, once there are as many as there may be
  bool has_index_ = false;
  HashIndex<Grave, ByAddress, AddressOf> index_;  // the newest of each address
};

}  // namespace ddireplay::replay
