#include "checkers/ledger/ledger.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "checkers/ledger/bug_checks.h"
#include "checkers/ledger/row_id.h"
#include "checkers/ledger/words.h"
#include "checkers/registry.h"
#include "format/freestanding/ddi_table.h"

namespace ddireplay::checkers {
namespace {

// No imports: macros and inline routines that drivers write, and the routines of an adapter's
// table.
constexpr std::string_view kNotInDdiTable[] = {
    "AllocateAdapterChannel",
    "AllocateCommonBuffer",
    "BuildScatterGatherList",
    "ExAllocateFromPagedLookasideList",
    "ExFreeToPagedLookasideList",
    "ExInitializeFastMutex",
    "FlushAdapterBuffers",
    "FreeAdapterChannel",
    "FreeCommonBuffer",
    "FreeMapRegisters",
    "FsRtlEnterFileSystem",
    "FsRtlExitFileSystem",
    "GetScatterGatherList",
    "IoAllocateAdapterChannel",
    "IoAssignArcName",
    "IoCallDriver",
    "IoDeassignArcName",
    "KeAcquireSpinLock",
    "KeFlushIoBuffers",
    "KeRaiseIrql",
    "MapTransfer",
    "MmInitializeMdl",
    "PutDmaAdapter",
    "PutScatterGatherList",
    "RtlCopyMemory",
};

bool is_known_ddi(std::string_view name) {
  return format::find_ddi(name) != nullptr ||
         std::ranges::find(kNotInDdiTable, name) != std::end(kNotInDdiTable);
}

bool is_decidable(const LedgerRow& row) {
  return row.reach == Reach::calls || row.reach == Reach::calls_in_part;
}

// Every id of the ledger, with the other ids of the rows.
std::multiset<std::string_view> all_ids() {
  std::multiset<std::string_view> ids;
  for (const LedgerRow& row : ledger_rows()) {
    ids.insert(row.id);
    for (const std::string_view other : Words(row.also)) ids.insert(other);
  }
  return ids;
}

constexpr replay::Rule kRule = {.bug_check = 0xC4,
                                .code = 0x13,
                                .sub_id = "",
                                .slug = "freed-twice",
                                .title = "",
                                .parameters = {},
                                .evidence = replay::Evidence::presence,
                                .condition = "",
                                .near_miss = "",
                                .remedy = "",
                                .aliases = "C4:14 C2:7 WDM:PnpRemove",
                                .follows = ""};

TEST_CASE("Every id of the ledger is there once") {
  const std::multiset<std::string_view> ids = all_ids();
  for (const std::string_view id : ids) {
    INFO(id);
    CHECK(ids.count(id) == 1);
  }
}

TEST_CASE("Ids are written in one way") {
  for (const std::string_view id : all_ids()) {
    INFO(id);
    const IdParts parts = parts_of(id);
    if (parts.bug_check == kNoBugCheck) {
      CHECK(id.starts_with("WDM:"));
    } else if (!parts.has_word) {
      CHECK(canonical_id(id) == id);
    }
    CHECK_FALSE(id.substr(id.find(':') + 1).empty());
  }
}

TEST_CASE("The rows are sorted by bug check, then code, then word") {
  const auto rows = ledger_rows();
  for (std::size_t i = 1; i < rows.size(); ++i) {
    INFO(rows[i - 1].id << " before " << rows[i].id);
    CHECK(parts_of(rows[i - 1].id) < parts_of(rows[i].id));
  }
}

TEST_CASE("Each row says what it is, and what deciding it takes") {
  for (const LedgerRow& row : ledger_rows()) {
    INFO(row.id);
    CHECK_FALSE(row.title.empty());
    CHECK_FALSE(row.option.empty());
    CHECK(row.condition.ends_with("."));
    CHECK(row.needs.ends_with("."));
    CHECK((row.near_miss.empty() || row.near_miss.ends_with(".")));
    CHECK(row.remedy.ends_with(".") == is_decidable(row));
    CHECK_FALSE(ledger_bug_check_name(parts_of(row.id).bug_check).empty());
  }
}

TEST_CASE("The rows name DDIs that exist") {
  for (const LedgerRow& row : ledger_rows()) {
    for (const std::string_view ddi : Words(row.ddis)) {
      INFO(row.id << " " << ddi);
      CHECK(is_known_ddi(ddi));
    }
  }
}

TEST_CASE("The ledger has as many rows as the documented tables") {
  std::map<int, int> by_tier;
  std::map<std::string, int> by_family;
  for (const LedgerRow& row : ledger_rows()) {
    INFO(row.id);
    ++by_tier[row.tier];
    ++by_family[std::string(row.id.substr(0, row.id.find(':')))];
    CHECK((row.tier == 9) == !is_decidable(row));
  }
  CHECK(by_tier == std::map<int, int>{{1, 42}, {2, 106}, {3, 317}, {9, 103}});
  CHECK(by_family["C4"] == 255);
  CHECK(by_family["C7"] == 11);
  CHECK(by_family["C9"] == 103);
  CHECK(by_family["E6"] == 35);
  CHECK(by_family["WDM"] == 131);
}

TEST_CASE("Every rule has its row in the ledger, and every alias too") {
  const std::multiset<std::string_view> ids = all_ids();
  for (const replay::Rule* rule : rules_of(make_all_checkers())) {
    INFO(rule->slug);
    CHECK(ids.count(rule->id()) == 1);
    for (const std::string_view alias : Words(rule->aliases)) {
      INFO(alias);
      CHECK(ids.count(alias) == 1);
    }
  }
}

TEST_CASE("A row whose rule is registered is one that calls decide") {
  const Ledger ledger(rules_of(make_all_checkers()));
  for (const LedgerRow& row : ledger_rows()) {
    INFO(row.id);
    CHECK((ledger.rule_of(row) == nullptr || is_decidable(row)));
  }
}

TEST_CASE("A rule makes its own row checked, and those of its aliases") {
  const std::array rules = {&kRule};
  const Ledger ledger(rules);
  std::set<std::string_view> checked;
  for (const LedgerRow& row : ledger_rows()) {
    if (ledger.status(row) == Status::checked) checked.insert(row.id);
  }
  // The last alias is another id of C4:43006.
  CHECK(checked == std::set<std::string_view>{"C4:13", "C4:14", "C2:7", "C4:43006"});
  CHECK(ledger.counts()[static_cast<std::size_t>(Status::checked)] == 4);
}

TEST_CASE("A rule of that very id goes before an alias") {
  replay::Rule own = kRule;
  own.code = 0x14;
  own.aliases = "";
  const std::array rules = {&kRule, static_cast<const replay::Rule*>(&own)};
  const Ledger ledger(rules);
  for (const LedgerRow& row : ledger_rows()) {
    if (row.id == "C4:14") CHECK(ledger.rule_of(row) == &own);
    if (row.id == "C2:7") CHECK(ledger.rule_of(row) == &kRule);
  }
}

TEST_CASE("Without rules each row is what its reach says") {
  const Ledger ledger({});
  CHECK(ledger.counts()[static_cast<std::size_t>(Status::checked)] == 0);
  for (const LedgerRow& row : ledger_rows()) {
    INFO(row.id);
    CHECK((ledger.status(row) == Status::not_yet) == is_decidable(row));
  }
}

}  // namespace
}  // namespace ddireplay::checkers
