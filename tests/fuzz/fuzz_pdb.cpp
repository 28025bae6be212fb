// Any bytes as a PDB.
#include <cstddef>
#include <cstdint>
#include <span>

#include "tools/symbols/pdb_symbols.h"
#include "tools/symbols/symbol_table.h"

using namespace ddireplay::tools;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto contents = parse_pdb(std::as_bytes(std::span(data, size)));
  if (!contents) return 0;
  const SymbolTable table(std::move(contents->rows));
  for (std::uint32_t rva = 0; rva < 0x4000; rva += 0x10) {
    table.nearest(rva);
    table.line(rva);
  }
  return 0;
}
