#include "tools/symbols/symbol_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "replay/text_case.h"

namespace ddireplay::tools {
namespace {

bool same_line(const LineRow& a, const LineRow& b) {
  return a.line == b.line && (a.line == 0 || a.file == b.file);
}

// One row per address, and one per stretch of code of one line. Compilers put several rows at one
// address (the last one counts; but where one function ends and the next begins, the end must not
// hide the beginning) and split a line's code by column or statement.
std::vector<LineRow> tidy_lines(std::vector<LineRow> rows, std::size_t file_count) {
  for (LineRow& row : rows) {
    if (row.file >= file_count) row.line = 0;
  }
  std::ranges::stable_sort(rows, {}, &LineRow::rva);

  std::vector<LineRow> tidy;
  for (const LineRow& row : rows) {
    if (!tidy.empty() && tidy.back().rva == row.rva) {
      if (row.line == 0) continue;
      tidy.pop_back();
    }
    if (!tidy.empty() && same_line(tidy.back(), row)) continue;
    tidy.push_back(row);
  }
  return tidy;
}

}  // namespace

SymbolTable::SymbolTable(SymbolRows rows)
    : symbols_(std::move(rows.symbols)),
      by_name_(symbols_.size()),
      files_(std::move(rows.files)),
      lines_(tidy_lines(std::move(rows.lines), files_.size())) {
  std::ranges::stable_sort(symbols_, {}, &Symbol::rva);
  std::iota(by_name_.begin(), by_name_.end(), 0);
  std::ranges::stable_sort(by_name_, replay::less_without_case, [this](std::uint32_t place) {
    return std::string_view(symbols_[place].name);
  });
}

std::optional<NearestSymbol> SymbolTable::nearest(std::uint32_t rva) const {
  const auto above = std::ranges::upper_bound(symbols_, rva, {}, &Symbol::rva);
  if (above == symbols_.begin()) return std::nullopt;
  const Symbol& symbol = *(above - 1);
  return NearestSymbol{&symbol, rva - symbol.rva};
}

const Symbol* SymbolTable::next(std::uint32_t rva) const {
  const auto above = std::ranges::upper_bound(symbols_, rva, {}, &Symbol::rva);
  return above == symbols_.end() ? nullptr : &*above;
}

std::optional<SourceLine> SymbolTable::line(std::uint32_t rva) const {
  const auto above = std::ranges::upper_bound(lines_, rva, {}, &LineRow::rva);
  if (above == lines_.begin()) return std::nullopt;
  const LineRow& row = *(above - 1);
  if (row.line == 0) return std::nullopt;
  return SourceLine{files_[row.file], row.line, rva - row.rva};
}

const Symbol* SymbolTable::find(std::string_view name) const {
  const auto name_at = [this](std::uint32_t place) -> std::string_view {
    return symbols_[place].name;
  };
  const auto first = std::ranges::lower_bound(by_name_, name, replay::less_without_case, name_at);
  if (first == by_name_.end() || !replay::same_without_case(name_at(*first), name)) return nullptr;
  for (auto at = first; at != by_name_.end() && replay::same_without_case(name_at(*at), name);
       ++at) {
    if (name_at(*at) == name) return &symbols_[*at];
  }
  return &symbols_[*first];
}

}  // namespace ddireplay::tools
