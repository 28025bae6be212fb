#include "tests/wine/host_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <stdexcept>
#include <tuple>

#include "tests/wine/pe_exports.h"

namespace ddireplay::tests::wine {
namespace {

struct SuppliedRow {
  std::string_view name;
  bool replaces;
  std::string_view not_faithful;
};

constexpr bool missing = false;
constexpr bool replaces = true;

constexpr SuppliedRow kSupplied[] = {
#define SUPPLIED(name, kind, not_faithful) {#name, kind, not_faithful},
#include "recorder/wine/supplied_rows.inc"
#undef SUPPLIED
};

struct OwnRow {
  std::string_view name;
  std::string_view not_faithful;
};

constexpr OwnRow kOwn[] = {
#define WINE_OWN(name, not_faithful) {#name, not_faithful},
#include "recorder/wine/wine_own_rows.inc"
#undef WINE_OWN
};

template <class Rows>
auto find_row(const Rows& rows, std::string_view name) {
  const auto row =
      std::find_if(std::begin(rows), std::end(rows), [&](auto& r) { return r.name == name; });
  return row != std::end(rows) ? &*row : nullptr;
}

// What works in Wine's kernel: exports with code, or of another module.
class WineKernel {
 public:
  explicit WineKernel(const std::filesystem::path& modules) {
    for (const char* module : {"ntoskrnl.exe", "hal.dll"}) {
      for (const auto& [name, kind] : read_exports(modules / module)) {
        has_[name] = has_[name] || kind != ExportKind::stub;
      }
    }
  }

  bool has(std::string_view name) const {
    const auto entry = has_.find(std::string(name));
    return entry != has_.end() && entry->second;
  }

 private:
  std::map<std::string, bool> has_;
};

HostDdi describe(int tier, const std::string& name, const WineKernel& kernel) {
  if (const auto* row = find_row(kSupplied, name)) {
    return {tier, name, Provider::supplied, std::string(row->not_faithful)};
  }
  if (!kernel.has(name)) return {tier, name, Provider::absent, ""};
  const auto* own = find_row(kOwn, name);
  return {tier, name, Provider::wine, own != nullptr ? std::string(own->not_faithful) : ""};
}

std::string_view provider_name(Provider provider) {
  switch (provider) {
    case Provider::wine:
      return "Wine's own";
    case Provider::supplied:
      return "supplied";
    case Provider::absent:
      return "absent";
  }
  return "";
}

}  // namespace

std::optional<std::filesystem::path> wine_module_folder() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu/wine/x86_64-windows",
                             "/usr/lib/wine/x86_64-windows", "/usr/lib64/wine/x86_64-windows"}) {
    if (std::filesystem::exists(std::filesystem::path(folder) / "ntoskrnl.exe")) return folder;
  }
  return std::nullopt;
}

std::vector<HostDdi> host_table(const std::filesystem::path& modules) {
  const WineKernel kernel(modules);
  std::ifstream tiers(TIERS_FILE);
  if (!tiers) throw std::runtime_error("cannot read " TIERS_FILE);
  std::vector<HostDdi> table;
  int tier = 0;
  std::string name;
  while (tiers >> tier >> name) table.push_back(describe(tier, name, kernel));
  std::sort(table.begin(), table.end(), [](const HostDdi& a, const HostDdi& b) {
    return std::tie(a.tier, a.name) < std::tie(b.tier, b.name);
  });
  return table;
}

double coverage(const std::vector<HostDdi>& table, int tier) {
  int all = 0;
  int present = 0;
  for (const HostDdi& ddi : table) {
    if (ddi.tier != tier) continue;
    ++all;
    if (ddi.provider != Provider::absent) ++present;
  }
  return all != 0 ? static_cast<double>(present) / all : 0;
}

std::string as_markdown(const std::vector<HostDdi>& table) {
  std::string text = "| DDI | tier | answered by | not as on Windows |\n|---|---|---|---|\n";
  for (const HostDdi& ddi : table) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", ddi.name, ddi.tier,
                        provider_name(ddi.provider), ddi.not_faithful);
  }
  return text;
}

std::vector<std::string> contradictions(const std::filesystem::path& modules) {
  const WineKernel kernel(modules);
  std::vector<std::string> lines;
  for (const SuppliedRow& row : kSupplied) {
    if (row.replaces == kernel.has(row.name)) continue;
    lines.push_back(fmt::format("{} is said to be {}, but Wine has {}", row.name,
                                row.replaces ? "replaced" : "missing",
                                row.replaces ? "none" : "one"));
  }
  for (const OwnRow& row : kOwn) {
    if (!kernel.has(row.name)) lines.push_back(fmt::format("{} is not Wine's own", row.name));
  }
  return lines;
}

}  // namespace ddireplay::tests::wine
