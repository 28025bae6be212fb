#include "tests/wine/host_table.h"

#include <catch2/catch.hpp>

using namespace ddireplay::tests::wine;

namespace {

// Wine is a package that ./dev installs: without it there is nothing to test, and that is a
// failure.
std::filesystem::path modules() {
  const auto folder = wine_module_folder();
  REQUIRE(folder.has_value());
  return *folder;
}

const HostDdi& ddi(const std::vector<HostDdi>& table, std::string_view name) {
  for (const HostDdi& entry : table) {
    if (entry.name == name) return entry;
  }
  FAIL("not in the table: " << name);
  return table.front();
}

}  // namespace

TEST_CASE("a driver finds most DDIs of the first two tiers under Wine") {
  const auto table = host_table(modules());
  CHECK(coverage(table, 1) >= 0.90);
  CHECK(coverage(table, 2) >= 0.75);
}

TEST_CASE("the recorder's tables agree with the Wine that is installed") {
  CHECK(contradictions(modules()) == std::vector<std::string>{});
}

TEST_CASE("each kind of answer is told from the others") {
  const auto table = host_table(modules());
  CHECK(ddi(table, "IoCreateDevice").provider == Provider::wine);
  CHECK(ddi(table, "KeInsertQueueDpc").provider == Provider::supplied);
  CHECK(ddi(table, "ExAllocatePool2").provider == Provider::supplied);
  CHECK(ddi(table, "PoRequestPowerIrp").provider == Provider::absent);
}
