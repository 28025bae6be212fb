// Reads the symbols and lines that a PE image carries itself, as mingw's images do: DWARF and COFF.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "tools/symbols/result.h"
#include "tools/symbols/symbol_table.h"

namespace ddireplay::tools {

// Functions and lines come from DWARF. COFF symbols name only what DWARF does not (assembly, import
// thunks): the assembler drops some of them, and the nearest one left is then the wrong name.
// An image with neither gives no rows, which is no failure. Paths with a drive letter are spelled
// with backslashes.
//
// Fail, without throwing or aborting, for what is no x64 PE image. Any number of threads may call
// at once. Whether the image is the one wanted is for the caller to check (see pe_identity.h).
Result<SymbolRows> read_image_symbols(const std::filesystem::path& path);
Result<SymbolRows> parse_image_symbols(std::span<const std::byte> image);

}  // namespace ddireplay::tools
