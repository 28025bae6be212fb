// For every DDI that Driver Verifier's rules of the first two tiers look at: who answers it when a
// driver is recorded under Wine 8, and what of it is not as on Windows. Made from the tables of
// recorder/wine, so that no Wine is wanted to know it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace ddireplay::tools {

enum class Provider : std::uint8_t { wine, supplied, absent };

struct HostDdi {
  int tier = 0;  // 0: of neither
  std::string_view name;
  Provider provider = Provider::absent;
  std::string_view not_faithful;  // empty: nothing is known
};

// Of tiers 1 and 2, sorted by tier and name.
std::vector<HostDdi> host_table();

// What is supplied besides these, sorted by name.
std::vector<HostDdi> supplied_besides();

struct Coverage {
  int all = 0;
  int own = 0;
  int supplied = 0;
  int absent = 0;

  double present() const { return all == 0 ? 0 : static_cast<double>(all - absent) / all; }
};
Coverage coverage(const std::vector<HostDdi>& table, int tier);

// What the tables say of Wine's own kernel: whether it has a routine with code in it.
struct WineClaim {
  std::string_view name;
  bool has = false;
};
std::vector<WineClaim> wine_claims();

}  // namespace ddireplay::tools
