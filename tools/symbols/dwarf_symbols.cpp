#include "tools/symbols/dwarf_symbols.h"

#include <cstdint>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/process/apart.h"
#include "tools/symbols/coff_symbols.h"
#include "tools/symbols/dwarf_reader.h"
#include "tools/symbols/parse_file.h"
#include "tools/symbols/pe_file.h"

namespace ddireplay::tools {
namespace {

using Json = nlohmann::json;

// No image that people build takes as long.
constexpr unsigned kReaderSeconds = 120;

class RowCollector : public DwarfRows {
 public:
  explicit RowCollector(std::uint64_t preferred_base) : base_(preferred_base) {}

  void add_function(std::uint64_t begin, std::uint64_t end, const std::string& name) override {
    const auto rva = rva_of(begin);
    if (!rva || end <= begin || !rva_of(end)) return;
    rows_.symbols.push_back({*rva, static_cast<std::uint32_t>(end - begin), name});
  }

  std::uint32_t add_file(std::string name) override {
    rows_.files.push_back(std::move(name));
    return static_cast<std::uint32_t>(rows_.files.size() - 1);
  }

  void add_line(std::uint64_t address, std::uint32_t file, std::uint32_t line) override {
    if (const auto rva = rva_of(address)) rows_.lines.push_back({*rva, file, line});
  }

  const SymbolRows& rows() const { return rows_; }

 private:
  std::optional<std::uint32_t> rva_of(std::uint64_t address) const {
    if (address < base_ || address - base_ > UINT32_MAX) return std::nullopt;
    return static_cast<std::uint32_t>(address - base_);
  }

  std::uint64_t base_;
  SymbolRows rows_;
};

// From one process to the other. Names may be any bytes, which CBOR doesn't mind.
std::string to_message(const SymbolRows& rows) {
  Json symbols = Json::array();
  for (const Symbol& symbol : rows.symbols) {
    symbols.push_back({symbol.rva, symbol.size, symbol.name});
  }
  Json lines = Json::array();
  for (const LineRow& line : rows.lines) lines.push_back({line.rva, line.file, line.line});
  std::string message;
  Json::to_cbor(Json{std::move(symbols), rows.files, std::move(lines)}, message);
  return message;
}

SymbolRows from_message(const std::string& message) {
  const Json json = Json::from_cbor(message);
  SymbolRows rows;
  for (const Json& symbol : json.at(0)) {
    rows.symbols.push_back({symbol.at(0), symbol.at(1), symbol.at(2)});
  }
  rows.files = json.at(1);
  for (const Json& line : json.at(2)) rows.lines.push_back({line.at(0), line.at(1), line.at(2)});
  return rows;
}

// LLVM's reader of DWARF runs into memory that isn't there, and ends the process, on some of what
// can stand in a damaged file.
std::optional<SymbolRows> read_dwarf_apart(
    const std::vector<std::pair<std::string_view, std::string_view>>& sections,
    std::uint64_t preferred_base) {
  if (sections.empty()) return SymbolRows{};
  const auto message = run_apart(
      [&] {
        RowCollector rows(preferred_base);
        read_dwarf(sections, rows);
        return to_message(rows.rows());
      },
      kReaderSeconds);
  if (!message) return std::nullopt;
  return from_message(*message);
}

// What DWARF has named.
class Functions {
 public:
  explicit Functions(const std::vector<Symbol>& symbols) {
    for (const Symbol& symbol : symbols) sizes_.emplace(symbol.rva, symbol.size);
  }

  bool cover(std::uint32_t rva) const {
    const auto above = sizes_.upper_bound(rva);
    if (above == sizes_.begin()) return false;
    const auto& [begin, size] = *std::prev(above);
    return rva - begin < size;
  }

 private:
  std::map<std::uint32_t, std::uint32_t> sizes_;  // by rva
};

std::vector<std::pair<std::string_view, std::string_view>> dwarf_sections(const PeFile& file) {
  std::vector<std::pair<std::string_view, std::string_view>> sections;
  for (const PeSection& section : file.sections) {
    if (!section.name.starts_with(".debug_")) continue;
    const auto contents = file.bytes.part(section.file_place, section.file_size);
    sections.emplace_back(
        section.name,
        std::string_view(reinterpret_cast<const char*>(contents.data()), contents.size()));
  }
  return sections;
}

}  // namespace

Result<SymbolRows> parse_image_symbols(std::span<const std::byte> image) {
  const auto file = open_pe_file(image);
  if (!file) return Failure{file.error()};
  auto rows = read_dwarf_apart(dwarf_sections(*file),
                               *file->bytes.number<std::uint64_t>(file->optional_header + 24));
  if (!rows) return Failure{"its debug information is damaged: reading it does not come to an end"};
  const Functions functions(rows->symbols);
  for (Symbol& symbol : coff_code_symbols(*file)) {
    if (!functions.cover(symbol.rva)) rows->symbols.push_back(std::move(symbol));
  }
  return std::move(*rows);
}

Result<SymbolRows> read_image_symbols(const std::filesystem::path& path) {
  return parse_file(path, parse_image_symbols);
}

}  // namespace ddireplay::tools
