#include "format/freestanding/checksum.h"

#define XXH_INLINE_ALL
#define XXH_NO_STREAM
#define XXH_VECTOR 0  // scalar: the kernel's build has no vector registers to use
#include <xxhash.h>

namespace ddireplay::format {

std::uint64_t checksum(const void* data, std::size_t bytes) { return XXH64(data, bytes, 0); }

}  // namespace ddireplay::format
