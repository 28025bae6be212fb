// Any bytes as a PE image: what it says of itself, and the DWARF and COFF symbols in it.
#include <cstddef>
#include <cstdint>
#include <span>

#include "tools/symbols/dwarf_symbols.h"
#include "tools/symbols/pe_identity.h"
#include "tools/symbols/symbol_table.h"

using namespace ddireplay::tools;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto image = std::as_bytes(std::span(data, size));
  static_cast<void>(parse_pe_identity(image));
  auto rows = parse_image_symbols(image);
  if (!rows) return 0;
  const SymbolTable table(std::move(*rows));
  for (std::uint32_t rva = 0; rva < 0x4000; rva += 0x10) {
    table.nearest(rva);
    table.line(rva);
  }
  return 0;
}
