#include "tools/symbols/symbol_store.h"

#include <fmt/format.h>

#include <utility>

#include "tools/symbols/dwarf_symbols.h"
#include "tools/symbols/pdb_symbols.h"
#include "tools/symbols/pe_identity.h"
#include "tools/symbols/symbol_path.h"

namespace ddireplay::tools {
namespace {

Result<SymbolRows> load_pdb(const std::filesystem::path& path, const format::Module& module) {
  auto pdb = read_pdb(path);
  if (!pdb) return Failure{pdb.error()};
  if (pdb->guid != module.pdb_guid || pdb->age != module.pdb_age) {
    return Failure{fmt::format(
        "a stale PDB, not used: it is {} age {}, and {} was built with {} "
        "age {}",
        guid_text(pdb->guid), pdb->age, module.name, guid_text(module.pdb_guid), module.pdb_age)};
  }
  return std::move(pdb->rows);
}

Result<SymbolRows> load_image(const std::filesystem::path& path, const format::Module& module) {
  const auto identity = read_pe_identity(path);
  if (!identity) return Failure{identity.error()};
  if (identity->timestamp != module.time_date_stamp || identity->image_size != module.size) {
    return Failure{
        fmt::format("another build, not used: its timestamp is {:08X} and its size 0x{:x}, "
                    "those of the recorded {} are {:08X} and 0x{:x}",
                    identity->timestamp, identity->image_size, module.name, module.time_date_stamp,
                    module.size)};
  }
  return read_image_symbols(path);
}

using Loader = Result<SymbolRows> (*)(const std::filesystem::path&, const format::Module&);

// The table of a file that has rows; what is refused is added to `refusals`.
std::unique_ptr<SymbolTable> load_good(const std::filesystem::path& path, Loader load,
                                       const format::Module& module,
                                       std::vector<std::string>& refusals) {
  auto rows = load(path, module);
  if (!rows) {
    refusals.push_back(fmt::format("{}: {}", path.string(), rows.error()));
    return nullptr;
  }
  auto table = std::make_unique<SymbolTable>(std::move(*rows));
  return table->empty() ? nullptr : std::move(table);
}

}  // namespace

SymbolStore::SymbolStore(std::string_view symbol_path, Report report)
    : directories_(symbol_directories(symbol_path)), report_(std::move(report)) {
  for (const std::filesystem::path& directory : directories_) {
    std::error_code error;
    if (std::filesystem::is_directory(directory, error)) continue;
    report_(
        fmt::format("{}: no such directory, so there are no symbols in it", directory.string()));
  }
}

const SymbolTable* SymbolStore::load(const format::Module& module) {
  return loaded(module).table.get();
}

std::filesystem::path SymbolStore::file_of(const format::Module& module) {
  return loaded(module).file;
}

const SymbolStore::Loaded& SymbolStore::loaded(const format::Module& module) {
  Key key{module.name,     module.size,     module.time_date_stamp,
          module.pdb_name, module.pdb_guid, module.pdb_age};
  const auto [known, is_new] = tables_.try_emplace(std::move(key));
  if (is_new) known->second = find(module);
  return known->second;
}

SymbolStore::Loaded SymbolStore::find(const format::Module& module) const {
  struct Kind {
    std::string_view name;  // of the file
    std::string folder;     // in a store
    Loader load;
  };
  const Kind kinds[] = {
      {base_name(module.pdb_name), store_folder(module.pdb_guid, module.pdb_age), load_pdb},
      {base_name(module.name), fmt::format("{:08X}{:x}", module.time_date_stamp, module.size),
       load_image},
  };
  std::vector<std::string> refusals;
  for (const Kind& kind : kinds) {
    if (kind.name.empty()) continue;
    for (const std::filesystem::path& directory : directories_) {
      for (const auto& path : symbol_file_candidates(directory, kind.name, kind.folder)) {
        auto table = load_good(path, kind.load, module, refusals);
        if (table != nullptr) return {std::move(table), path};
      }
    }
  }
  for (const std::string& refusal : refusals) report_(refusal);
  return {};
}

}  // namespace ddireplay::tools
