// Overwriting pointers that stand in read-only memory of a loaded image.
#pragma once

#include <cstdint>

namespace ddireplay::recorder {

// Writes `bytes` (4 or 8, aligned) of `value` at `place`, at once for every other processor. At
// PASSIVE_LEVEL. False: the memory can't be made writable.
bool patch(std::uint64_t place, unsigned bytes, std::uint64_t value);

}  // namespace ddireplay::recorder
