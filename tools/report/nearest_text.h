// `ln`: what stands at and around an address.
#pragma once

#include <cstdint>
#include <string>

#include "tools/report/symbolizer.h"

namespace ddireplay::tools {

// Throws format::Error (usage) where nothing is known of the address.
std::string nearest_text(std::uint64_t address, Symbolizer& symbolizer);

}  // namespace ddireplay::tools
