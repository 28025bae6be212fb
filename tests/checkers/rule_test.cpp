// Every rule against its text traces: FAMILY/BUGCHECK-CODE-trigger*.txt must give it, and
// FAMILY/BUGCHECK-CODE-silent*.txt must not, and both must give exactly what they say they give.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "tests/checkers/expectations.h"
#include "tests/checkers/rule_traces.h"

namespace ddireplay {
namespace {

namespace fs = std::filesystem;
using tests::is_trigger;
using tests::read_file;
using tests::rule_id;
using tests::rule_traces;

// As a person would replay it who asks for nothing but that rule besides: advice that is given on
// request would else be in the files of all families.
replay::Report run(const fs::path& path) {
  return tests::replay_text(read_file(path), path.filename().string(),
                            {.threads = 1, .rules = {"default", rule_id(path)}});
}

bool reports(const replay::Report& report, const std::string& id) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const replay::Finding& finding) { return finding.rule->id() == id; });
}

TEST_CASE("each trace gives the findings that it says it gives") {
  for (const fs::path& path : rule_traces()) {
    const std::string text = read_file(path);
    const auto expected = tests::read_expectations(text);
    INFO(path.string());
    REQUIRE(expected.has_value());
    replay::Report report;
    REQUIRE_NOTHROW(report = run(path));
    const std::string difference = tests::difference(*expected, tests::describe(report));
    INFO(difference);
    CHECK(difference.empty());
  }
}

TEST_CASE("a trigger gives its rule, and a near miss does not") {
  for (const fs::path& path : rule_traces()) {
    const std::string name = path.stem().string();
    INFO(path.string());
    REQUIRE((is_trigger(path) || name.find("-silent") != std::string::npos));
    CHECK(reports(run(path), rule_id(path)) == is_trigger(path));
  }
}

TEST_CASE("every rule has a trigger and a near miss, and no file is for a rule that isn't there") {
  std::set<std::string> triggers;
  std::set<std::string> silents;
  for (const fs::path& path : rule_traces()) {
    (is_trigger(path) ? triggers : silents).insert(rule_id(path));
  }
  std::set<std::string> ids;
  for (const auto& checker : checkers::make_all_checkers()) {
    for (const replay::Rule& rule : checker->rules()) {
      INFO(rule.id());
      CHECK(ids.insert(rule.id()).second);
      CHECK(triggers.count(rule.id()) == 1);
      CHECK(silents.count(rule.id()) == 1);
    }
  }
  for (const fs::path& path : rule_traces()) {
    INFO(path.string());
    CHECK(ids.count(rule_id(path)) == 1);
  }
}

TEST_CASE("without its rule a trigger gives other findings") {
  std::vector<std::string> all;
  for (const auto& checker : checkers::make_all_checkers()) {
    for (const replay::Rule& rule : checker->rules()) all.push_back(rule.id());
  }
  for (const fs::path& path : rule_traces()) {
    if (!is_trigger(path)) continue;
    INFO(path.string());
    replay::ReplayOptions options;
    std::copy_if(all.begin(), all.end(), std::back_inserter(options.rules),
                 [&](const std::string& other) { return other != rule_id(path); });
    CHECK_FALSE(
        reports(tests::replay_text(read_file(path), path.string(), options), rule_id(path)));
  }
}

// By operation, or by some DDI that a driver may import.
bool looks_at_something(replay::Checker& checker) {
  if (!checker.operations().empty()) return true;
  const format::TraceReader reader = format::trace_from_text("ddireplay-text 1\n", "empty");
  const replay::World world(reader);
  const format::DdiTable table = format::ddi_table();
  return std::any_of(table.begin(), table.end(), [&](const format::DdiRow& row) {
    format::Function function;
    function.name = row.name;
    function.layout = row.layout();
    return checker.concerns(function, world);
  });
}

TEST_CASE("every rule is described") {
  std::set<std::string_view> slugs;
  for (const auto& checker : checkers::make_all_checkers()) {
    CHECK(looks_at_something(*checker));
    for (const replay::Rule& rule : checker->rules()) {
      INFO(rule.id());
      CHECK(slugs.insert(rule.slug).second);
      CHECK_FALSE(rule.title.empty());
      CHECK(rule.condition.ends_with('.'));
      CHECK(rule.near_miss.ends_with('.'));
      CHECK(rule.remedy.ends_with('.'));
      for (const std::string_view parameter : rule.parameters) CHECK_FALSE(parameter.empty());
    }
  }
}

TEST_CASE("a rule has looked at something wherever it is triggered") {
  for (const fs::path& path : rule_traces()) {
    if (!is_trigger(path)) continue;
    INFO(path.string());
    const replay::Report report = run(path);
    for (const replay::RuleActivity& armed : report.rules_armed) {
      if (armed.rule->id() == rule_id(path)) CHECK(armed.events_seen != 0);
    }
  }
}

bool is_armed(const replay::Report& report, std::string_view id) {
  return std::any_of(report.rules_armed.begin(), report.rules_armed.end(),
                     [&](const replay::RuleActivity& armed) { return armed.rule->id() == id; });
}

TEST_CASE("rules that are not armed by default have to be asked for") {
  const auto armed = [](std::vector<std::string> names) {
    return tests::replay_text("ddireplay-text 1\n", "text",
                              {.threads = 1, .rules = std::move(names)});
  };
  std::size_t all = 0;
  for (const auto& checker : checkers::make_all_checkers()) all += checker->rules().size();
  CHECK(armed({"all"}).rules_armed.size() == all);

  const std::size_t by_default = armed({}).rules_armed.size();
  CHECK(by_default < all);
  CHECK(armed({"default"}).rules_armed.size() == by_default);
  CHECK_FALSE(is_armed(armed({}), "C4:2000"));
  CHECK(is_armed(armed({"default", "C4:2000"}), "C4:2000"));
  CHECK(armed({"default", "executable-pool"}).rules_armed.size() == by_default + 1);
}

TEST_CASE("a bug check stands for its rules that are armed by default") {
  const replay::Report report =
      tests::replay_text("ddireplay-text 1\n", "text", {.threads = 1, .rules = {"C9"}});
  CHECK(is_armed(report, "C9:10"));
  CHECK_FALSE(is_armed(report, "C4:62"));
  const replay::Report others =
      tests::replay_text("ddireplay-text 1\n", "text", {.threads = 1, .rules = {"C4"}});
  CHECK(is_armed(others, "C4:62"));
  CHECK_FALSE(is_armed(others, "C4:2000"));
  CHECK_THROWS_AS(tests::replay_text("ddireplay-text 1\n", "text", {.threads = 1, .rules = {"C"}}),
                  format::Error);
}

TEST_CASE("rules are selected by id, by alias and by slug") {
  const std::string text = R"(ddireplay-text 1
module Test.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Test.sys ImageSize=0x8000
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Test' return=0xffffa00000001000
ExFreePoolWithTag P=0xffffa00000001000 Tag='Test'
ExFreePoolWithTag P=0xffffa00000001000 Tag='Test'
)";
  for (const std::string name : {"C4:13", "C4:14", "pool-freed-twice"}) {
    const replay::Report report = tests::replay_text(text, "text", {.threads = 1, .rules = {name}});
    REQUIRE(report.rules_armed.size() == 1);
    CHECK(report.rules_armed[0].rule->id() == "C4:13");
    CHECK(report.rules_armed[0].events_seen == 2);
    CHECK(report.findings.size() == 1);
  }
  CHECK(tests::replay_text(text, "text", {.threads = 1, .rules = {"C4:62"}}).findings.empty());
  CHECK_THROWS_AS(tests::replay_text(text, "text", {.threads = 1, .rules = {"C4:62", "C4:FFF"}}),
                  format::Error);
}

}  // namespace
}  // namespace ddireplay
