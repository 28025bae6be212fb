// Sets of the World's models: what a rule reads, and so what a replay must keep.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace ddireplay::replay {

enum class ModelId : std::uint8_t {
  drivers,
  threads,
  pool,
  timers,
  dpcs,
  devices,
  mdls,
  objects,
  remove_locks,
  work_items,
  system_threads,
  handles,
  references,
  irps,
  locks,
  level_counts,
  count_,
};

class ModelSet {
 public:
  constexpr ModelSet() = default;
  constexpr ModelSet(std::initializer_list<ModelId> models) {
    for (const ModelId model : models) bits_ |= bit_of(model);
  }
  static constexpr ModelSet all() {
    ModelSet set;
    set.bits_ = bit_of(ModelId::count_) - 1;
    return set;
  }

  constexpr bool has(ModelId model) const { return (bits_ & bit_of(model)) != 0; }
  constexpr bool has_any(ModelSet others) const { return (bits_ & others.bits_) != 0; }
  constexpr void add(ModelSet others) { bits_ |= others.bits_; }
  constexpr bool operator==(const ModelSet&) const = default;

 private:
  static constexpr std::uint32_t bit_of(ModelId model) {
    return std::uint32_t{1} << static_cast<unsigned>(model);
  }
  std::uint32_t bits_ = 0;
};

}  // namespace ddireplay::replay
