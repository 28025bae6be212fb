#include "tools/symbols/dwarf_symbols.h"

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/symbols/coff_symbols.h"
#include "tools/symbols/dwarf_reader.h"
#include "tools/symbols/parse_file.h"
#include "tools/symbols/pe_file.h"

namespace ddireplay::tools {
namespace {

class RowCollector : public DwarfRows {
 public:
  explicit RowCollector(std::uint64_t preferred_base) : base_(preferred_base) {}

  void add_function(std::uint64_t begin, std::uint64_t end, const std::string& name) override {
    const auto rva = rva_of(begin);
    if (!rva || end <= begin || !rva_of(end)) return;
    const auto size = static_cast<std::uint32_t>(end - begin);
    rows_.symbols.push_back({*rva, size, name});
    functions_.emplace(*rva, size);
  }

  std::uint32_t add_file(std::string name) override {
    rows_.files.push_back(std::move(name));
    return static_cast<std::uint32_t>(rows_.files.size() - 1);
  }

  void add_line(std::uint64_t address, std::uint32_t file, std::uint32_t line) override {
    if (const auto rva = rva_of(address)) rows_.lines.push_back({*rva, file, line});
  }

  // After all functions.
  void add_if_unnamed(Symbol symbol) {
    if (!is_in_function(symbol.rva)) rows_.symbols.push_back(std::move(symbol));
  }

  SymbolRows take() { return std::move(rows_); }

 private:
  std::optional<std::uint32_t> rva_of(std::uint64_t address) const {
    if (address < base_ || address - base_ > UINT32_MAX) return std::nullopt;
    return static_cast<std::uint32_t>(address - base_);
  }

  bool is_in_function(std::uint32_t rva) const {
    const auto above = functions_.upper_bound(rva);
    if (above == functions_.begin()) return false;
    const auto& [begin, size] = *std::prev(above);
    return rva - begin < size;
  }

  std::uint64_t base_;
  SymbolRows rows_;
  std::map<std::uint32_t, std::uint32_t> functions_;  // size by rva
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
  RowCollector rows(*file->bytes.number<std::uint64_t>(file->optional_header + 24));
  read_dwarf(dwarf_sections(*file), rows);
  for (Symbol& symbol : coff_code_symbols(*file)) rows.add_if_unnamed(std::move(symbol));
  return rows.take();
}

Result<SymbolRows> read_image_symbols(const std::filesystem::path& path) {
  return parse_file(path, parse_image_symbols);
}

}  // namespace ddireplay::tools
