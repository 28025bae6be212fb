#include "tools/corpus/tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "tools/corpus/cover.h"

namespace ddireplay::tools::corpus {
namespace {

using format::ExitStatus;

constexpr std::size_t kLargestShown = 5;

const char* status_word(ExitStatus status) {
  switch (status) {
    case ExitStatus::clean:
      return "silent";
    case ExitStatus::findings:
      return "findings";
    case ExitStatus::incomplete:
      return "with gaps";
    case ExitStatus::unreadable:
    case ExitStatus::usage:
      break;
  }
  return "unreadable";
}

struct Totals {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::size_t texts = 0;
  std::size_t findings = 0;
  std::set<std::string> defects;
  std::set<std::string> rules;
  std::map<ExitStatus, std::size_t> by_status;
};

Totals totals_of(const std::vector<Entry>& entries) {
  Totals totals;
  for (const Entry& entry : entries) {
    const Outcome& outcome = entry.expectation.outcome;
    totals.events += outcome.events;
    totals.bytes += entry.trace.bytes;
    if (entry.trace.path.ends_with(".txt")) ++totals.texts;
    totals.findings += outcome.findings.size();
    ++totals.by_status[outcome.status];
    totals.defects.merge([&] {
      const auto defects = defects_of(entry.expectation);
      return std::set<std::string>(defects.begin(), defects.end());
    }());
    for (const std::string& rule : rules_found(entry.expectation)) totals.rules.insert(rule);
  }
  return totals;
}

std::string row(std::string_view title, std::string_view value) {
  return fmt::format("{:<10} {}\n", title, value);
}

std::string largest_rows(const std::vector<Entry>& entries) {
  std::vector<const Entry*> by_size;
  for (const Entry& entry : entries) by_size.push_back(&entry);
  std::ranges::stable_sort(by_size, std::ranges::greater(),
                           [](const Entry* entry) { return entry->trace.bytes; });
  by_size.resize(std::min(by_size.size(), kLargestShown));
  std::string text;
  for (const Entry* entry : by_size) {
    text += row(text.empty() ? "largest" : "",
                fmt::format("{} bytes  {}", entry->trace.bytes, entry->name));
  }
  return text;
}

}  // namespace

std::vector<std::string> rules_found(const Expectation& expectation) {
  std::set<std::string> rules;
  for (const ExpectedFinding& finding : expectation.outcome.findings) rules.insert(finding.rule);
  return {rules.begin(), rules.end()};
}

std::string list_text(const std::vector<const Entry*>& entries) {
  std::size_t width = 0;
  for (const Entry* entry : entries) width = std::max(width, entry->name.size());
  std::string text;
  for (const Entry* entry : entries) {
    std::string line = fmt::format("{:<{}}  {:<10} {}", entry->name, width,
                                   status_word(entry->expectation.outcome.status),
                                   fmt::join(rules_found(entry->expectation), " "));
    if (!entry->expectation.note.empty()) line += "  " + entry->expectation.note;
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string stats_text(const std::vector<Entry>& entries,
                       const std::vector<std::string>& checked_rules) {
  Totals totals = totals_of(entries);
  const auto covered = std::ranges::count_if(
      checked_rules, [&](const std::string& rule) { return totals.rules.contains(rule); });
  std::string text;
  text += row("traces", fmt::format("{}, {} of them text", entries.size(), totals.texts));
  text += row("events", fmt::format("{}", totals.events));
  text += row("bytes", fmt::format("{}", totals.bytes));
  text += row("findings", fmt::format("{}, of {} defects", totals.findings, totals.defects.size()));
  text += row("rules", fmt::format("{} of {} that are checked", covered, checked_rules.size()));
  text += row("silent", fmt::format("{}", totals.by_status[ExitStatus::clean]));
  text += row("with gaps", fmt::format("{}", totals.by_status[ExitStatus::incomplete]));
  text += row("unreadable", fmt::format("{}", totals.by_status[ExitStatus::unreadable]));
  return text + largest_rows(entries);
}

}  // namespace ddireplay::tools::corpus
