// Memory by the page.
#pragma once

#include <cstddef>
#include <span>

namespace ddireplay::format {

// Gives pages that lie whole in `memory` back to the system. What they held is lost, and they can
// be written anew. Of memory from the heap only.
void discard_pages(std::span<std::byte> memory);

}  // namespace ddireplay::format
