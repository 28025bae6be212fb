// Every rule against its text traces: FAMILY/BUGCHECK-CODE-trigger*.txt must give it, and
// FAMILY/BUGCHECK-CODE-silent*.txt must not, and both must give exactly what they say they give.

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
#include "tests/checkers/expectations.h"

namespace ddireplay {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> all_traces() {
  std::vector<fs::path> traces;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(DDIREPLAY_RULE_TRACES)) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt") {
      traces.push_back(entry.path());
    }
  }
  std::sort(traces.begin(), traces.end());
  return traces;
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

replay::Report run(std::string_view text, const std::string& name,
                   const replay::ReplayOptions& options = {}) {
  format::TraceReader reader = format::trace_from_text(text, name);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(reader, checkers, options);
  replay.run();
  return replay.report();
}

// "C4-62", of "C4-62-trigger-large" or "C4-62-silent".
std::string id_in_name(const fs::path& path) {
  const std::string name = path.stem().string();
  return name.substr(0, std::min(name.find("-trigger"), name.find("-silent")));
}

// "C4:62"
std::string rule_id(const fs::path& path) {
  std::string id = id_in_name(path);
  if (const std::size_t dash = id.find('-'); dash != std::string::npos) id[dash] = ':';
  return id;
}

// As a person would replay it who asks for nothing but that rule besides: advice that is given on
// request would else be in the files of all families.
replay::Report run(const fs::path& path) {
  return run(read_file(path), path.filename().string(),
             {.threads = 1, .rules = {"default", rule_id(path)}});
}

// "C4:62" as file names have it.
std::string file_id(const replay::Rule& rule) {
  std::string id = rule.id();
  std::replace(id.begin(), id.end(), ':', '-');
  return id;
}

bool reports(const replay::Report& report, const std::string& id) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const replay::Finding& finding) { return file_id(*finding.rule) == id; });
}

TEST_CASE("each trace gives the findings that it says it gives") {
  for (const fs::path& path : all_traces()) {
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
  for (const fs::path& path : all_traces()) {
    const std::string name = path.stem().string();
    INFO(path.string());
    const std::size_t trigger = name.find("-trigger");
    const std::size_t silent = name.find("-silent");
    REQUIRE((trigger != std::string::npos || silent != std::string::npos));
    const bool is_trigger = trigger != std::string::npos;
    CHECK(reports(run(path), id_in_name(path)) == is_trigger);
  }
}

TEST_CASE("every rule has a trigger and a near miss, and no file is for a rule that isn't there") {
  std::set<std::string> triggers;
  std::set<std::string> silents;
  for (const fs::path& path : all_traces()) {
    const std::string name = path.stem().string();
    triggers.insert(name.substr(0, name.find("-trigger")));
    silents.insert(name.substr(0, name.find("-silent")));
  }
  std::set<std::string> ids;
  for (const auto& checker : checkers::make_all_checkers()) {
    for (const replay::Rule& rule : checker->rules()) {
      INFO(rule.id());
      CHECK(ids.insert(file_id(rule)).second);
      CHECK(triggers.count(file_id(rule)) == 1);
      CHECK(silents.count(file_id(rule)) == 1);
    }
  }
  for (const fs::path& path : all_traces()) {
    INFO(path.string());
    CHECK(ids.count(id_in_name(path)) == 1);
  }
}

TEST_CASE("without its rule a trigger gives other findings") {
  std::vector<std::string> all;
  for (const auto& checker : checkers::make_all_checkers()) {
    for (const replay::Rule& rule : checker->rules()) all.push_back(rule.id());
  }
  for (const fs::path& path : all_traces()) {
    const std::string name = path.stem().string();
    if (name.find("-trigger") == std::string::npos) continue;
    INFO(path.string());
    replay::ReplayOptions options;
    std::copy_if(all.begin(), all.end(), std::back_inserter(options.rules),
                 [&](const std::string& other) { return other != rule_id(path); });
    CHECK_FALSE(reports(run(read_file(path), name, options), id_in_name(path)));
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
  for (const fs::path& path : all_traces()) {
    const std::string name = path.stem().string();
    const std::size_t end = name.find("-trigger");
    if (end == std::string::npos) continue;
    INFO(path.string());
    const replay::Report report = run(path);
    for (const replay::RuleActivity& armed : report.rules_armed) {
      if (file_id(*armed.rule) == name.substr(0, end)) CHECK(armed.events_seen != 0);
    }
  }
}

bool is_armed(const replay::Report& report, std::string_view id) {
  return std::any_of(report.rules_armed.begin(), report.rules_armed.end(),
                     [&](const replay::RuleActivity& armed) { return armed.rule->id() == id; });
}

TEST_CASE("rules that are not armed by default have to be asked for") {
  const auto armed = [](std::vector<std::string> names) {
    return run("ddireplay-text 1\n", "text", {.threads = 1, .rules = std::move(names)});
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
  const replay::Report report = run("ddireplay-text 1\n", "text", {.threads = 1, .rules = {"C9"}});
  CHECK(is_armed(report, "C9:10"));
  CHECK_FALSE(is_armed(report, "C4:62"));
  const replay::Report others = run("ddireplay-text 1\n", "text", {.threads = 1, .rules = {"C4"}});
  CHECK(is_armed(others, "C4:62"));
  CHECK_FALSE(is_armed(others, "C4:2000"));
  CHECK_THROWS_AS(run("ddireplay-text 1\n", "text", {.threads = 1, .rules = {"C"}}), format::Error);
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
    const replay::Report report = run(text, "text", {.threads = 1, .rules = {name}});
    REQUIRE(report.rules_armed.size() == 1);
    CHECK(report.rules_armed[0].rule->id() == "C4:13");
    CHECK(report.rules_armed[0].events_seen == 2);
    CHECK(report.findings.size() == 1);
  }
  CHECK(run(text, "text", {.threads = 1, .rules = {"C4:62"}}).findings.empty());
  CHECK_THROWS_AS(run(text, "text", {.threads = 1, .rules = {"C4:62", "C4:FFF"}}), format::Error);
}

}  // namespace
}  // namespace ddireplay
