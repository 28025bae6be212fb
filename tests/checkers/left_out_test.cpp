// A replay of which only the report is wanted leaves out what its rules don't look at. Nobody may
// see that from the report.

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "checkers/registry.h"
#include "tests/checkers/rule_traces.h"
#include "tests/replay/report_dump.h"

namespace ddireplay {
namespace {

namespace fs = std::filesystem;
using replay::Finding;
using replay::Report;
using tests::dump;
using tests::read_file;
using tests::rule_traces;

Report run(const std::string& text, std::vector<std::string> rules, bool only_report) {
  return tests::replay_text(text, "test",
                            {.threads = 1, .rules = std::move(rules), .only_report = only_report});
}

std::string dump(const std::vector<Finding>& findings, const std::string& rule) {
  std::string text;
  for (const Finding& finding : findings) {
    if (finding.rule->id() == rule) text += tests::dump(finding);
  }
  return text;
}

// Of checkers that don't read the whole World: of these most is left out.
std::set<std::string> modest_rules() {
  std::set<std::string> ids;
  for (const auto& checker : checkers::make_all_checkers()) {
    if (checker->models() == replay::ModelSet::all()) continue;
    for (const replay::Rule& rule : checker->rules()) ids.insert(rule.id());
  }
  return ids;
}

TEST_CASE("a rule by itself says what it says among all others, whatever is left out") {
  for (const fs::path& path : rule_traces()) {
    INFO(path.string());
    const std::string text = read_file(path);
    const std::string id = tests::rule_id(path);
    const Report among_all = run(text, {"all"}, false);
    const Report alone = run(text, {id}, false);
    const Report least = run(text, {id}, true);
    CHECK(dump(least) == dump(alone));
    CHECK(dump(least.findings, id) == dump(among_all.findings, id));
    CHECK(dump(run(text, {"all"}, true)) == dump(among_all));
  }
}

TEST_CASE("rules that read few models need no others") {
  const std::set<std::string> rules = modest_rules();
  REQUIRE(rules.contains("C4:62"));
  for (const fs::path& path : rule_traces()) {
    const std::string text = read_file(path);
    const Report among_all = run(text, {"all"}, false);
    const std::vector<std::string> names(rules.begin(), rules.end());
    const Report together = run(text, names, true);
    for (const std::string& id : rules) {
      INFO(path.string() << ", " << id);
      const std::string expected = dump(among_all.findings, id);
      CHECK(dump(run(text, {id}, true).findings, id) == expected);
      CHECK(dump(together.findings, id) == expected);
    }
  }
}

TEST_CASE("gaps, and how far they go, are seen whatever is left out") {
  constexpr const char* kBegin = R"(ddireplay-text 1
module Test.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Test.sys ImageSize=0x8000
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Test' return=0xffffa00000001000
MmFreeMappingAddress BaseAddress=0x1000 PoolTag=0x2000
)";
  constexpr const char* kBehindGap =
      R"(cpu1 MmFreeMappingAddress BaseAddress=0x1000 PoolTag=0x2000
cpu1 ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Test' return=0xffffa00000002000
MmFreeMappingAddress BaseAddress=0x1000 PoolTag=0x2000
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Test' return=0xffffa00000003000
)";
  constexpr const char* kEnd = R"(cb:ImageUnload ImageBase=Test.sys ImageSize=0x8000
MmFreeMappingAddress BaseAddress=0x1000 PoolTag=0x2000
)";
  const std::string begin = kBegin;
  for (const std::string& text : {begin + kEnd, begin + "gap cpu0 lost=17\n" + kEnd,
                                  begin + "gap cpu0 lost=17\n" + kBehindGap + kEnd,
                                  begin + kBehindGap + "gap cpu1 lost=17\n" + kEnd,
                                  begin + kBehindGap + kEnd + "gap cpu0 lost=17\n"}) {
    INFO(text);
    const Report all = run(text, {"all"}, false);
    const Report least = run(text, {"C4:62"}, true);
    CHECK(dump(least) == dump(run(text, {"C4:62"}, false)));
    REQUIRE(least.findings.size() == 1);
    CHECK(dump(least.findings, "C4:62") == dump(all.findings, "C4:62"));
    CHECK(least.events == all.events);
  }
}

}  // namespace
}  // namespace ddireplay
