// How often drivers have raised the IRQL, by itself and by acquiring spin locks: what
// "Summary of All Verifier Statistics" counts. No rule asks for it.
#pragma once

#include <cstdint>
#include <span>

#include "replay/model.h"
#include "replay/operation.h"

namespace ddireplay::replay {

class LevelCounts final : public Model {
 public:
  std::span<const Op> operations() const override;
  void apply(const Step& step) override;

  std::uint64_t raises() const { return raises_; }
  std::uint64_t spin_locks() const { return spin_locks_; }

 private:
  std::uint64_t raises_ = 0;
  std::uint64_t spin_locks_ = 0;
};

}  // namespace ddireplay::replay
