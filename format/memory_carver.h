// Events that a recorder had in memory only, out of a dump of that memory
// (freestanding/memory_image.h).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "format/chunk_finder.h"

namespace ddireplay::format {

struct MemoryTail {
  std::vector<std::byte> trace;  // file header and chunks, numbered behind those already written
  bool flight = false;
};

// Of the recorder whose image stands at `image` in `dump`. Nothing: tables lie outside of the dump,
// or are of another version. The dump may be anything: what contradicts itself is left out.
std::optional<MemoryTail> carve_memory(Bytes dump, const FoundChunk& image);

}  // namespace ddireplay::format
