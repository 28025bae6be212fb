#include "tools/corpus/result.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/corpus/json_fields.h"

namespace ddireplay::tools::corpus {
namespace {

using format::ExitStatus;

constexpr std::uint64_t kVersion = 1;
constexpr const char* kVersionKey = "ddireplay-corpus-result";

Json difference_json(const Difference& difference) {
  return Json{{"kind", difference.kind},
              {"finding", difference.finding},
              {"expected", difference.expected},
              {"seen", difference.seen}};
}

Json entry_json(const EntryResult& entry) {
  Json differences = Json::array();
  for (const Difference& difference : entry.differences) {
    differences.push_back(difference_json(difference));
  }
  return Json{{"name", entry.name},
              {"trace", entry.trace},
              {"differences", std::move(differences)},
              {"problem", entry.problem}};
}

EntryResult entry_of(const Json& value, const std::string& path, std::string place) {
  const Fields fields(value, path, std::move(place));
  EntryResult entry{.name = fields.text("name"), .trace = fields.text("trace")};
  entry.problem = fields.text("problem");
  const Json& differences = fields.list("differences");
  for (std::size_t i = 0; i < differences.size(); ++i) {
    const Fields one(differences[i], path, fields.place_of("differences", i));
    entry.differences.push_back(
        {one.text("kind"), one.text("finding"), one.text("expected"), one.text("seen")});
  }
  return entry;
}

std::string entry_text(const EntryResult& entry) {
  if (!entry.problem.empty()) {
    return fmt::format("{}: can't be judged\n  {}\n\n", entry.name, entry.problem);
  }
  std::string text = fmt::format("{}: differs\n", entry.name);
  for (const Difference& difference : entry.differences) {
    text += fmt::format("  {}\n", difference_text(difference));
  }
  return text + fmt::format("  to see it: ddireplay replay {}\n\n", entry.trace);
}

struct Counts {
  std::size_t as_expected = 0;
  std::size_t differ = 0;
  std::size_t problems = 0;
};

Counts counts_of(const RunResult& result) {
  Counts counts;
  for (const EntryResult& entry : result.entries) {
    if (entry.as_expected()) {
      ++counts.as_expected;
    } else if (entry.problem.empty()) {
      ++counts.differ;
    } else {
      ++counts.problems;
    }
  }
  return counts;
}

}  // namespace

ExitStatus RunResult::status() const {
  const Counts counts = counts_of(*this);
  if (counts.problems != 0) return ExitStatus::unreadable;
  return counts.differ != 0 ? ExitStatus::findings : ExitStatus::clean;
}

std::string result_text(const RunResult& result) {
  std::string text;
  for (const EntryResult& entry : result.entries) {
    if (!entry.as_expected()) text += entry_text(entry);
  }
  const Counts counts = counts_of(result);
  text += fmt::format("{} of {} traces report what they must", counts.as_expected,
                      result.entries.size());
  if (counts.differ != 0) text += fmt::format(", {} differ", counts.differ);
  if (counts.problems != 0) text += fmt::format(", {} can't be judged", counts.problems);
  return text + "\n";
}

std::string next_step_text(const RunResult& result) {
  if (counts_of(result).differ == 0) return "";
  return fmt::format("If the new state is right: ddireplay corpus run {} --update\n",
                     result.directory);
}

std::string result_json(const RunResult& result) {
  Json entries = Json::array();
  for (const EntryResult& entry : result.entries) entries.push_back(entry_json(entry));
  return stable_text(Json{{kVersionKey, kVersion},
                          {"directory", result.directory},
                          {"names", result.names},
                          {"shard", result.shard.number},
                          {"shards", result.shard.of},
                          {"entries", std::move(entries)}});
}

RunResult parse_result(std::string_view text, const std::string& path) {
  const Json value = parse_json(text, path);
  const Fields fields(value, path, "");
  if (fields.number(kVersionKey) != kVersion) {
    fields.fail(kVersionKey, fmt::format("this program reads version {}", kVersion));
  }
  RunResult result;
  result.directory = fields.text("directory");
  result.names = fields.text("names");
  result.shard = {.number = fields.number("shard"), .of = fields.number("shards")};
  if (result.shard.number == 0 || result.shard.number > result.shard.of ||
      result.shard.of > kShardsMax) {
    fields.fail("shard",
                fmt::format("there is no shard {} of {}", result.shard.number, result.shard.of));
  }
  const Json& entries = fields.list("entries");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    result.entries.push_back(entry_of(entries[i], path, fields.place_of("entries", i)));
  }
  return result;
}

}  // namespace ddireplay::tools::corpus
