#include "tools/symbols/coff_symbols.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "tools/symbols/symbol_names.h"

namespace ddireplay::tools {
namespace {

constexpr std::size_t kSymbolBytes = 18;
constexpr std::size_t kShortNameBytes = 8;
constexpr std::uint8_t kClassExternal = 2;
constexpr std::uint16_t kTypeFunction = 0x20;

// A name of more than eight characters: four zeroes, then its place in the string table.
std::string_view symbol_name(const PeFile& file, std::uint64_t symbol) {
  if (file.bytes.number<std::uint32_t>(symbol) != 0) {
    return file.bytes.text(symbol, kShortNameBytes);
  }
  return file.long_name(*file.bytes.number<std::uint32_t>(symbol + 4));
}

std::optional<Symbol> code_symbol(const PeFile& file, std::uint64_t symbol) {
  const auto value = *file.bytes.number<std::uint32_t>(symbol + 8);
  const auto section_number = *file.bytes.number<std::uint16_t>(symbol + 12);
  const auto type = *file.bytes.number<std::uint16_t>(symbol + 14);
  const auto storage_class = *file.bytes.number<std::uint8_t>(symbol + 16);
  if (section_number == 0 || section_number > file.sections.size()) return std::nullopt;
  const PeSection& section = file.sections[section_number - 1];
  if (!section.is_code || value >= section.file_size) return std::nullopt;
  if (storage_class != kClassExternal && type != kTypeFunction) return std::nullopt;
  const std::string_view name = symbol_name(file, symbol);
  if (name.empty() || name.starts_with('.')) return std::nullopt;
  return Symbol{section.rva + value, 0, undecorated(name)};
}

}  // namespace

std::vector<Symbol> coff_code_symbols(const PeFile& file) {
  std::vector<Symbol> symbols;
  for (std::uint64_t i = 0; i < file.symbol_count;) {
    const std::uint64_t place = file.symbols + i * kSymbolBytes;
    if (auto symbol = code_symbol(file, place)) symbols.push_back(std::move(*symbol));
    i += 1 + *file.bytes.number<std::uint8_t>(place + 17);  // its auxiliary records
  }
  return symbols;
}

}  // namespace ddireplay::tools
