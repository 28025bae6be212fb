#include "checkers/ledger/lookup.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "checkers/ledger/row_id.h"
#include "checkers/ledger/words.h"

namespace ddireplay::checkers {
namespace {

constexpr replay::Rule kRule = {.bug_check = 0xC4,
                                .code = 0x62,
                                .sub_id = "",
                                .slug = "pool-leak-at-unload",
                                .title = "",
                                .parameters = {},
                                .evidence = replay::Evidence::absence,
                                .condition = "",
                                .near_miss = "",
                                .remedy = "",
                                .aliases = "C4:60",
                                .follows = ""};

const Ledger& ledger() {
  static const std::array rules = {&kRule};
  static const Ledger instance(rules);
  return instance;
}

std::string found(std::string_view text) {
  const LedgerRow* row = find_row(ledger(), text);
  return row == nullptr ? "" : std::string(row->id);
}

std::vector<std::string_view> ids(const std::vector<const LedgerRow*>& rows) {
  std::vector<std::string_view> list;
  for (const LedgerRow* row : rows) list.push_back(row->id);
  return list;
}

bool has(const std::vector<std::string_view>& list, std::string_view id) {
  return std::ranges::find(list, id) != list.end();
}

TEST_CASE("Words of a list") {
  std::vector<std::string_view> words;
  for (const std::string_view word : Words("  one two   three ")) words.push_back(word);
  CHECK(words == std::vector<std::string_view>{"one", "two", "three"});
  CHECK(Words("").begin() == Words("").end());
  CHECK(Words("  ").begin() == Words("").end());
}

TEST_CASE("Parts of an id") {
  CHECK(parts_of("C4:62").bug_check == 0xC4);
  CHECK(parts_of("C4:62").code == 0x62);
  CHECK(parts_of("C7:lookaside").has_word);
  CHECK(parts_of("WDM:AddDevice").bug_check == kNoBugCheck);
  CHECK(parts_of("C4:9") < parts_of("C4:10"));
  CHECK(parts_of("C7:5") < parts_of("C7:lookaside"));
  CHECK(parts_of("E6:26") < parts_of("WDM:AddDevice"));
}

TEST_CASE("A row is found by its id in any spelling") {
  CHECK(found("C4:62") == "C4:62");
  CHECK(found("c4:62") == "C4:62");
  CHECK(found("0xC4:0x62") == "C4:62");
  CHECK(found("0xc4:0x00000062") == "C4:62");
  CHECK(found("c9:20b") == "C9:20B");
  CHECK(found("C7:LookAside") == "C7:lookaside");
  CHECK(found("wdm:removelock") == "WDM:RemoveLock");
}

TEST_CASE("A row is found by its other ids, and by its rule's slug") {
  CHECK(found("C1:31") == "C1:30");
  CHECK(found("WDM:PnpRemove") == "C4:43006");
  CHECK(found("pool-leak-at-unload") == "C4:62");
  CHECK(found("Pool-Leak-At-Unload") == "C4:62");
}

TEST_CASE("What is no id and no slug is not found as a row") {
  CHECK(found("").empty());
  CHECK(found(":").empty());
  CHECK(found("C4").empty());
  CHECK(found("C4:633").empty());
  CHECK(found("pool").empty());
}

TEST_CASE("A bug check finds its rows") {
  CHECK(search_rows(ledger(), "C7").size() == 11);
  CHECK(search_rows(ledger(), "0xc7").size() == 11);
  CHECK(search_rows(ledger(), "wdm").size() == 131);
  CHECK(ids(search_rows(ledger(), "cb")) == std::vector<std::string_view>{"CB:pages"});
}

TEST_CASE("Words are looked for in titles, DDIs and conditions, whatever their case") {
  CHECK(has(ids(search_rows(ledger(), "lock order CYCLE")), "C4:1001"));
  CHECK(has(ids(search_rows(ledger(), "mmunlockpages")), "C4:B4"));
  CHECK(has(ids(search_rows(ledger(), "StartIoRec")), "WDM:StartIoRecursion"));
  CHECK(has(ids(search_rows(ledger(), "leak-at-un")), "C4:62"));
  CHECK(search_rows(ledger(), "nothing of the sort").empty());
  CHECK(search_rows(ledger(), "").size() == ledger_rows().size());
}

TEST_CASE("A misspelt id or slug has a neighbour") {
  CHECK(nearest_id(ledger(), "C4:633") == "C4:33");
  CHECK(nearest_id(ledger(), "pool-leak-at-unlaod") == "pool-leak-at-unload");
  CHECK(nearest_id(ledger(), "WDM:RemovLock") == "WDM:RemoveLock");
  CHECK(nearest_id(ledger(), "something else entirely").empty());
}

TEST_CASE("an option of Driver Verifier stands for the rules that it checks") {
  CHECK(rules_of_option(ledger(), "Pool Tracking") == std::vector<std::string>{"C4:62"});
  CHECK(rules_of_option(ledger(), "deadlock").empty());
  CHECK(rules_of_option(ledger(), "").empty());
}

}  // namespace
}  // namespace ddireplay::checkers
