#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "tests/wine/pe_exports.h"
#include "tools/docs/wine_table.h"

namespace ddireplay::tools {
namespace {

using tests::wine::ExportKind;
using tests::wine::read_exports;

// Wine is a package that ./dev installs: without it there is nothing to test, and that is a
// failure.
std::filesystem::path wine_modules() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu/wine/x86_64-windows",
                             "/usr/lib/wine/x86_64-windows", "/usr/lib64/wine/x86_64-windows"}) {
    if (std::filesystem::exists(std::filesystem::path(folder) / "ntoskrnl.exe")) return folder;
  }
  FAIL("no Wine is installed");
  return {};
}

// What works in Wine's kernel: exports with code, or of another module.
std::set<std::string, std::less<>> working_exports() {
  std::set<std::string, std::less<>> names;
  for (const char* module : {"ntoskrnl.exe", "hal.dll"}) {
    for (const auto& [name, kind] : read_exports(wine_modules() / module)) {
      if (kind != ExportKind::stub) names.insert(name);
    }
  }
  return names;
}

Provider provider_of(std::string_view name) {
  for (const HostDdi& ddi : host_table()) {
    if (ddi.name == name) return ddi.provider;
  }
  FAIL("not in the table: " << name);
  return Provider::absent;
}

TEST_CASE("a driver finds most DDIs of the first two tiers under Wine") {
  CHECK(coverage(host_table(), 1).present() >= 0.90);
  CHECK(coverage(host_table(), 2).present() >= 0.75);
}

TEST_CASE("the recorder's tables agree with the Wine that is installed") {
  const auto working = working_exports();
  for (const WineClaim& claim : wine_claims()) {
    CAPTURE(claim.name);
    CHECK(working.contains(claim.name) == claim.has);
  }
}

TEST_CASE("each kind of answer is told from the others") {
  CHECK(provider_of("IoCreateDevice") == Provider::wine);
  CHECK(provider_of("KeInsertQueueDpc") == Provider::supplied);
  CHECK(provider_of("ExAllocatePool2") == Provider::supplied);
  CHECK(provider_of("EngAllocMem") == Provider::absent);
}

TEST_CASE("no DDI has two rows, and each is counted once") {
  std::set<std::string_view> names;
  const auto table = host_table();
  for (const HostDdi& ddi : table) CHECK(names.insert(ddi.name).second);
  for (const HostDdi& ddi : supplied_besides()) CHECK(names.insert(ddi.name).second);
  for (const int tier : {1, 2}) {
    const Coverage counted = coverage(table, tier);
    CHECK(counted.own + counted.supplied + counted.absent == counted.all);
  }
}

}  // namespace
}  // namespace ddireplay::tools
