// Finds the symbols of a recorded module, and keeps them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "format/event.h"
#include "tools/symbols/guid.h"
#include "tools/symbols/result.h"
#include "tools/symbols/symbol_table.h"

namespace ddireplay::tools {

// Looks in the directories of a symbol path, first for the module's PDB (flat, or in a store's
// layout), then for an image of the same build with symbols in it. Fetches nothing from a network.
//
// Only symbols of the very build that was recorded are used: a PDB's GUID and age must be the
// module's, an image's timestamp and size. For one thread at a time; the tables that it hands out
// live as long as the store, and any thread may use them.
class SymbolStore {
 public:
  // Takes one line of talk, without a final stop.
  using Report = std::function<void(const std::string&)>;

  // What is refused, stale or corrupt, goes to `report`, once per module, if nothing better is
  // found.
  SymbolStore(std::string_view symbol_path, Report report);

  // Null if there are none. Both outcomes are remembered.
  const SymbolTable* load(const format::Module& module);
  // Where load() has them from; empty if there are none.
  std::filesystem::path file_of(const format::Module& module);

 private:
  struct Loaded {
    std::unique_ptr<SymbolTable> table{};  // null: none
    std::filesystem::path file{};
  };
  // All that tells builds apart.
  using Key =
      std::tuple<std::string, std::uint64_t, std::uint32_t, std::string, Guid, std::uint32_t>;

  const Loaded& loaded(const format::Module& module);
  Loaded find(const format::Module& module) const;

  std::vector<std::filesystem::path> directories_;
  Report report_;
  std::map<Key, Loaded> tables_;
};

}  // namespace ddireplay::tools
