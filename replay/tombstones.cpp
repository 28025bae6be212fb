#include "replay/tombstones.h"

namespace ddireplay::replay {

void Tombstones::add(const PoolBlock& block, const Moment& freed) {
  if (ring_.size() < kMax) ring_.emplace_back();
  Grave& grave = ring_[next_];
  next_ = (next_ + 1) % kMax;
  // The address of a grave that was removed is 0.
  if (grave.address != 0) index_.erase(grave);
  static_cast<PoolBlock&>(grave) = block;
  grave.freed = freed;
  index_.insert(grave);
}

void Tombstones::remove(std::uint64_t address) {
  Grave* grave = index_.find(address);
  if (grave == nullptr) return;
  index_.erase(*grave);
  grave->address = 0;
}

}  // namespace ddireplay::replay
