// The symbols and source lines of one module, sorted for look-up.
//
// Addresses are relative to the module's base (RVAs), in bytes; so are sizes and displacements.
// Immutable once made: any number of threads may look up at once. What a look-up returns points
// into the table. Nothing here fails; rows that make no sense (a line of a file that isn't there)
// are left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/event.h"

namespace ddireplay::tools {

// size 0: unknown.
using Symbol = format::SymbolRow;

// Says what code from rva up to the next row belongs to. Line 0: to no known line.
using LineRow = format::LineRow;

// What a table is made from, in any order: a symbol file's contents, or what a trace carries.
struct SymbolRows {
  std::vector<Symbol> symbols;
  std::vector<std::string> files;  // LineRow::file is a place in it
  std::vector<LineRow> lines;
};

struct NearestSymbol {
  const Symbol* symbol;
  std::uint32_t displacement;
};

struct SourceLine {
  std::string_view file;
  std::uint32_t line;
  std::uint32_t displacement;  // from where the line's code begins
};

class SymbolTable {
 public:
  SymbolTable() = default;
  explicit SymbolTable(SymbolRows rows);

  // The symbol at or below rva, however far below. Of several at one address: the one added last.
  std::optional<NearestSymbol> nearest(std::uint32_t rva) const;

  // The symbol above rva; null if there is none. Of several at one address: the one added first.
  const Symbol* next(std::uint32_t rva) const;

  std::optional<SourceLine> line(std::uint32_t rva) const;

  // Case doesn't matter, as in the debuggers, but a symbol of the very same spelling comes first.
  // Of several: the one with the lowest address. Null if there is none.
  const Symbol* find(std::string_view name) const;

  bool empty() const { return symbols_.empty() && lines_.empty(); }
  const std::vector<Symbol>& symbols() const { return symbols_; }  // by address

 private:
  std::vector<Symbol> symbols_;         // by rva, then as added
  std::vector<std::uint32_t> by_name_;  // places in symbols_: by name without case, then by place
  std::vector<std::string> files_;
  std::vector<LineRow> lines_;  // by rva; no two alike in a row, no two at one address
};

}  // namespace ddireplay::tools
