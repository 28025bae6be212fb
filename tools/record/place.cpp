#include "tools/record/place.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/ending/ending_text.h"
#include "tools/symbols/symbol_names.h"
#include "tools/symbols/symbol_store.h"

namespace ddireplay::tools::record {
namespace {

void add_symbol(Place& place, const SymbolTable& table) {
  const auto rva = static_cast<std::uint32_t>(place.offset);
  const auto nearest = table.nearest(rva);
  if (!nearest) return;
  place.symbol = undecorated(nearest->symbol->name);
  if (nearest->displacement != 0) place.symbol += fmt::format("+{:#x}", nearest->displacement);
  if (const auto line = table.line(rva); line && line->line != 0) {
    place.file = line->file;
    place.line = line->line;
  }
}

}  // namespace

std::optional<Place> place_of(const RecordedTrace& trace, const std::string& symbol_path,
                              std::uint64_t address) {
  const auto module = std::ranges::find_if(
      trace.modules, [&](const format::Module& candidate) { return candidate.contains(address); });
  if (module == trace.modules.end()) return std::nullopt;
  Place place;
  place.module = module->name;
  place.offset = address - module->base;
  // Symbols that don't fit are no trouble here: the module and the offset say enough.
  SymbolStore store(symbol_path, [](const std::string&) {});
  if (const SymbolTable* const table = store.load(*module)) add_symbol(place, *table);
  return place;
}

std::string place_text(const Place& place) {
  return fmt::format("{}+0x{:x}{}", place.module, place.offset,
                     symbol_suffix(place.symbol, place.file, place.line));
}

}  // namespace ddireplay::tools::record
