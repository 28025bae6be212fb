// A trace that was made in memory, on its way out.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ddireplay::tools {

// Writes it under the name `out` when all of it is there, or not at all: as text where the name
// ends in .txt or is "-" (standard output), else as it is. Throws format::Error.
void write_trace(std::vector<std::byte> trace, const std::string& out);

}  // namespace ddireplay::tools
