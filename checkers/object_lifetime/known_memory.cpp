#include "checkers/object_lifetime/known_memory.h"

#include <algorithm>

namespace ddireplay::checkers {

bool in_known_memory(std::uint64_t address, const replay::World& world) {
  if (world.pool().containing(address) != nullptr) return true;
  if (world.devices().containing(address) != nullptr) return true;
  const auto drivers = world.drivers().all();
  return std::any_of(drivers.begin(), drivers.end(), [&](const replay::Driver& driver) {
    return world.trace().module(driver.module).contains(address);
  });
}

}  // namespace ddireplay::checkers
