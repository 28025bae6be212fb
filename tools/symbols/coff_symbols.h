// The COFF symbols of a PE image, as mingw's linker leaves them in.
#pragma once

#include <vector>

#include "tools/symbols/pe_file.h"
#include "tools/symbols/symbol_table.h"

namespace ddireplay::tools {

// Those that stand for code; not those for data, for sections, or for the compiler's own use. Their
// sizes are not known.
std::vector<Symbol> coff_code_symbols(const PeFile& file);

}  // namespace ddireplay::tools
