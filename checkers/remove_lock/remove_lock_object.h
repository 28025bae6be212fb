// A remove lock, as findings tell it.
#pragma once

#include "checkers/biography.h"

namespace ddireplay::checkers {

// With its initialisation.
inline replay::FindingObject initialised_lock(const replay::RemoveLock& lock,
                                              const replay::World& world) {
  replay::FindingObject object{.kind = "remove lock",
                               .address = lock.address,
                               .size = world.remove_locks().object_bytes(),
                               .tag = 0,
                               .biography = {}};
  add_entry(object, replay::Role::initialised, lock.initialised);
  return object;
}

// And with all that still holds it.
inline replay::FindingObject object_of(const replay::RemoveLock& lock, const replay::World& world) {
  replay::FindingObject object = initialised_lock(lock, world);
  for (const replay::RemoveLock::Hold& hold : lock.holds) {
    add_entry(object, replay::Role::locked, hold.acquired);
  }
  return object;
}

}  // namespace ddireplay::checkers
