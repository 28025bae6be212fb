// Whether the end of some memory would have been seen.
#pragma once

#include "replay/world.h"

namespace ddireplay::checkers {

// The address lies in a live pool block, in a device that the driver created, or in a target's
// image: an object there is the same one as long as these live. Memory of any other kind (a stack,
// a framework's object) may have died and come again unseen.
bool in_known_memory(std::uint64_t address, const replay::World& world);

}  // namespace ddireplay::checkers
