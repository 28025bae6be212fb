// A replay of which only the report is wanted leaves out what its rules don't look at. Nobody may
// see that from the report.

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "replay/replay.h"

namespace ddireplay {
namespace {

namespace fs = std::filesystem;
using replay::Finding;
using replay::Report;

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<fs::path> all_traces() {
  std::vector<fs::path> traces;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(DDIREPLAY_RULE_TRACES)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".txt" && path.filename() != "CMakeLists.txt") traces.push_back(path);
  }
  std::sort(traces.begin(), traces.end());
  return traces;
}

Report run(const std::string& text, std::vector<std::string> rules, bool only_report) {
  format::TraceReader reader = format::trace_from_text(text, "test");
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(reader, checkers,
                        {.threads = 1, .rules = std::move(rules), .only_report = only_report});
  replay.run();
  return replay.report();
}

// All of it but the place among other findings.
std::string describe(const Finding& finding) {
  std::string text = fmt::format(
      "{} ({:#x} {:#x} {:#x} {:#x}) at {} by {}, verdict {}, {} repeats, {:#x}: {}\n",
      finding.rule->id(), finding.parameters[0], finding.parameters[1], finding.parameters[2],
      finding.parameters[3], finding.position, finding.driver, static_cast<int>(finding.verdict),
      finding.repeats, finding.fingerprint, finding.sentence);
  for (const replay::FindingObject& object : finding.objects) {
    text += fmt::format("  {} {:#x} {:#x} {:#x}\n", object.kind, object.address, object.size,
                        object.tag);
    for (const auto& [role, moment] : object.biography) {
      text += fmt::format("    {} at {} in thread {:#x}, stack {}, function {}, cpu {}, irql {}\n",
                          replay::role_name(role), moment.position, moment.thread, moment.stack,
                          moment.function, moment.processor, moment.irql);
    }
  }
  return text;
}

std::string describe(const Report& report) {
  std::string text = fmt::format("{} events, {} lost\n", report.events, report.lost);
  for (const replay::RuleActivity& armed : report.rules_armed) {
    text += fmt::format("{} has seen {}\n", armed.rule->id(), armed.events_seen);
  }
  for (const replay::DdiNotModelled& ddi : report.ddis_not_modelled) {
    text += fmt::format("{} called {} times\n", ddi.name, ddi.calls);
  }
  for (const Finding& finding : report.findings) {
    text += fmt::format("root {}, ", finding.root) + describe(finding);
  }
  return text;
}

std::string describe(const std::vector<Finding>& findings, const std::string& rule) {
  std::string text;
  for (const Finding& finding : findings) {
    if (finding.rule->id() == rule) text += describe(finding);
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

// "C4:62" of ".../C4-62-trigger-large.txt"
std::string rule_of(const fs::path& path) {
  const std::string name = path.stem().string();
  std::string id = name.substr(0, std::min(name.find("-trigger"), name.find("-silent")));
  if (const std::size_t dash = id.find('-'); dash != std::string::npos) id[dash] = ':';
  return id;
}

TEST_CASE("a rule by itself says what it says among all others, whatever is left out") {
  for (const fs::path& path : all_traces()) {
    INFO(path.string());
    const std::string text = text_of(path);
    const std::string id = rule_of(path);
    const Report among_all = run(text, {"all"}, false);
    const Report alone = run(text, {id}, false);
    const Report least = run(text, {id}, true);
    CHECK(describe(least) == describe(alone));
    CHECK(describe(least.findings, id) == describe(among_all.findings, id));
    CHECK(describe(run(text, {"all"}, true)) == describe(among_all));
  }
}

TEST_CASE("rules that read few models need no others") {
  const std::set<std::string> rules = modest_rules();
  REQUIRE(rules.contains("C4:62"));
  for (const fs::path& path : all_traces()) {
    const std::string text = text_of(path);
    const Report among_all = run(text, {"all"}, false);
    const std::vector<std::string> names(rules.begin(), rules.end());
    const Report together = run(text, names, true);
    for (const std::string& id : rules) {
      INFO(path.string() << ", " << id);
      const std::string expected = describe(among_all.findings, id);
      CHECK(describe(run(text, {id}, true).findings, id) == expected);
      CHECK(describe(together.findings, id) == expected);
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
    CHECK(describe(least) == describe(run(text, {"C4:62"}, false)));
    REQUIRE(least.findings.size() == 1);
    CHECK(describe(least.findings, "C4:62") == describe(all.findings, "C4:62"));
    CHECK(least.events == all.events);
  }
}

}  // namespace
}  // namespace ddireplay
