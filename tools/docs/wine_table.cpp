#include "tools/docs/wine_table.h"

#include <algorithm>
#include <iterator>

namespace ddireplay::tools {
namespace {

struct SuppliedRow {
  std::string_view name;
  bool replaces;  // Wine has one, too
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

struct HostRow {
  int tier;
  std::string_view name;
  bool wine_has;
};

constexpr bool has = true;
constexpr bool lacks = false;

constexpr HostRow kHost[] = {
#define HOST_DDI(tier, name, wine) {tier, #name, wine},
#include "recorder/wine/host_rows.inc"
#undef HOST_DDI
};

template <class Rows>
auto find_row(const Rows& rows, std::string_view name) {
  const auto row = std::ranges::find(rows, name, [](const auto& entry) { return entry.name; });
  return row == std::end(rows) ? nullptr : &*row;
}

HostDdi describe(const HostRow& row) {
  if (const auto* supplied = find_row(kSupplied, row.name)) {
    return {row.tier, row.name, Provider::supplied, supplied->not_faithful};
  }
  if (!row.wine_has) return {row.tier, row.name, Provider::absent, ""};
  const auto* own = find_row(kOwn, row.name);
  return {row.tier, row.name, Provider::wine, own == nullptr ? "" : own->not_faithful};
}

}  // namespace

std::vector<HostDdi> host_table() {
  std::vector<HostDdi> table;
  for (const HostRow& row : kHost) table.push_back(describe(row));
  return table;
}

std::vector<HostDdi> supplied_besides() {
  std::vector<HostDdi> table;
  for (const SuppliedRow& row : kSupplied) {
    if (find_row(kHost, row.name) != nullptr) continue;
    table.push_back({0, row.name, Provider::supplied, row.not_faithful});
  }
  return table;
}

Coverage coverage(const std::vector<HostDdi>& table, int tier) {
  Coverage counted;
  for (const HostDdi& ddi : table) {
    if (ddi.tier != tier) continue;
    ++counted.all;
    counted.own += ddi.provider == Provider::wine;
    counted.supplied += ddi.provider == Provider::supplied;
    counted.absent += ddi.provider == Provider::absent;
  }
  return counted;
}

std::vector<WineClaim> wine_claims() {
  std::vector<WineClaim> claims;
  for (const HostRow& row : kHost) claims.push_back({row.name, row.wine_has});
  for (const SuppliedRow& row : kSupplied) claims.push_back({row.name, row.replaces});
  for (const OwnRow& row : kOwn) claims.push_back({row.name, true});
  return claims;
}

}  // namespace ddireplay::tools
