// Reads the symbols and lines of a PDB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "tools/symbols/guid.h"
#include "tools/symbols/result.h"
#include "tools/symbols/symbol_table.h"

namespace ddireplay::tools {

struct PdbContents {
  Guid guid{};
  std::uint32_t age = 0;
  SymbolRows rows;  // procedures, data, and those publics that neither names
};

// Fail, without throwing or aborting, for whatever is no PDB or is corrupt in its structure. A
// module of the PDB that can't be read gives no rows, and the others do all the same. Any number of
// threads may call at once. Of what a PDB says of its image nothing is checked: compare guid and
// age.
Result<PdbContents> read_pdb(const std::filesystem::path& path);
Result<PdbContents> parse_pdb(std::span<const std::byte> bytes);

}  // namespace ddireplay::tools
