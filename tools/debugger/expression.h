// Addresses as they are written in a debugger.
#pragma once

#include <cstdint>
#include <string_view>

#include "tools/report/symbolizer.h"

namespace ddireplay::tools {

// Sums and differences of hexadecimal numbers ("0x9a3bf6ac", "fffff801`2e3a1687") and names
// ("MyDriver!Dispatch", "MyDriver"). Throws format::Error (usage), which names the part at fault.
std::uint64_t evaluate(std::string_view expression, Symbolizer& symbolizer);

}  // namespace ddireplay::tools
