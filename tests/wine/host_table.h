// For every DDI that Driver Verifier's rules of the first two tiers look at: who answers it when a
// driver is recorded under Wine, and what of it is not as on Windows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddireplay::tests::wine {

enum class Provider : std::uint8_t { wine, supplied, absent };

struct HostDdi {
  int tier = 0;
  std::string name;
  Provider provider = Provider::absent;
  std::string not_faithful;
};

// Where this machine's Wine keeps its kernel modules, if it has one.
std::optional<std::filesystem::path> wine_module_folder();

// Sorted by tier and name.
std::vector<HostDdi> host_table(const std::filesystem::path& modules);

// The part of a tier's DDIs that is not absent, from 0 to 1.
double coverage(const std::vector<HostDdi>& table, int tier);

std::string as_markdown(const std::vector<HostDdi>& table);

// Rows of the recorder's tables that say something of Wine that isn't so: a routine that is
// supplied as missing though Wine has it, say. One line each.
std::vector<std::string> contradictions(const std::filesystem::path& modules);

}  // namespace ddireplay::tests::wine
