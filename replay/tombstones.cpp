#include "replay/tombstones.h"

namespace ddireplay::replay {

// Its place is given away.
Tombstones::Grave& Tombstones::take_oldest() {
  if (count_ < kMax) {
    if (count_ % kGravesPerPiece == 0) {
      pieces_.push_back(std::make_unique<Grave[]>(kGravesPerPiece));
    }
    ++count_;
  }
  Grave& grave = at(next_);
  next_ = (next_ + 1) % kMax;
  return grave;
}

void Tombstones::add(const PoolBlock& block, const Moment& freed) {
  Grave& grave = take_oldest();
  if (grave.is_indexed) take_from_index(grave);
  static_cast<PoolBlock&>(grave) = block;
  grave.owned = false;
  grave.freed = freed;
  if (has_index_) put_into_index(grave);
}

const PoolBlock* Tombstones::find(std::uint64_t address) {
  if (!has_index_) {
    has_index_ = true;
    for (std::size_t i = 0; i < count_; ++i) put_into_index(at((next_ + i) % count_));
  }
  const Grave* grave = index_.find(address);
  return grave == nullptr || !grave->freed.seen() ? nullptr : grave;
}

void Tombstones::put_into_index(Grave& grave) {
  if (Grave* older = index_.find(grave.address)) take_from_index(*older);
  index_.insert(grave);
  grave.is_indexed = true;
}

void Tombstones::take_from_index(Grave& grave) {
  index_.erase(grave);
  grave.is_indexed = false;
}

}  // namespace ddireplay::replay
