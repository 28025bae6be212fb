#include "tools/part.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "checkers/registry.h"
#include "replay/redact/redaction.h"
#include "replay/replay.h"
#include "replay/selection.h"
#include "tools/position.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

using format::Error;
using format::ExitStatus;

replay::Wanted wanted_part(const PartOptions& options) {
  replay::Wanted wanted;
  wanted.drivers = options.drivers;
  if (options.range.empty()) return wanted;
  const std::size_t dots = options.range.find("..");
  if (dots == std::string::npos) {
    throw Error(fmt::format("{} is no range: write #A..#B", options.range), ExitStatus::usage);
  }
  const std::string from = options.range.substr(0, dots);
  const std::string to = options.range.substr(dots + 2);
  if (!from.empty()) wanted.from = parse_position(from);
  if (!to.empty()) wanted.to = parse_position(to);
  return wanted;
}

// No names: who hides them later would have to find them here, too.
std::string step_text(const PartOptions& options, const replay::Wanted& wanted,
                      std::uint64_t events) {
  std::string text;
  if (!options.range.empty()) {
    text = fmt::format("range #{} to #{}", wanted.from, std::min(wanted.to, events));
  }
  if (!options.drivers.empty()) {
    text += fmt::format("{}the events of {}", text.empty() ? "" : ", ",
                        counted(options.drivers.size(), "driver"));
  }
  return text;
}

std::string said_of(const replay::Selection& selection, std::uint64_t all) {
  std::string text =
      fmt::format("{} of {} events; left out: {}", selection.events, all, all - selection.events);
  if (selection.of_others != 0) {
    text += fmt::format(", of them of other drivers: {}", selection.of_others);
  }
  if (selection.context != 0) {
    text += fmt::format("; {} in front of the range tell where it begins", selection.context);
  }
  if (selection.around != 0) {
    text += fmt::format("; {} of other drivers tell where the rest happens", selection.around);
  }
  return text;
}

// What must not change by redacting.
struct Verdict {
  std::string rule;
  std::uint64_t position;
  replay::Verdict verdict;
  std::uint64_t fingerprint;
  bool is_reported;  // where nobody names rules
  bool operator==(const Verdict& other) const {
    return rule == other.rule && position == other.position && verdict == other.verdict;
  }
};

std::vector<Verdict> verdicts_of(format::TraceReader& trace, unsigned threads) {
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers, {.threads = threads, .rules = {"all"}});
  replay.run();
  std::vector<Verdict> verdicts;
  for (const replay::Finding& finding : replay.report().findings) {
    verdicts.push_back({finding.rule->id(), finding.position, finding.verdict, finding.fingerprint,
                        finding.rule->by_default});
  }
  // Findings of one event are sorted by the addresses of their objects, too; these keep their order
  // only within each half of the address space.
  std::ranges::stable_sort(verdicts, {}, [](const Verdict& verdict) {
    return std::tie(verdict.position, verdict.rule, verdict.verdict);
  });
  return verdicts;
}

std::vector<Verdict> verdicts_of(const std::vector<std::byte>& bytes, unsigned threads) {
  format::TraceReader trace = format::TraceReader::from_bytes(bytes, "the redacted trace");
  return verdicts_of(trace, threads);
}

// Stands for a finding that damage has taken out of a trace: that the rest was left out for it must
// stay said, but its old fingerprint is a hash of names.
constexpr std::uint64_t kLostFinding = 1;

// The fingerprint that the finding with the fingerprint `old` has after names have changed.
std::uint64_t renamed(std::uint64_t old, const std::vector<Verdict>& before,
                      const std::vector<Verdict>& after) {
  const auto found = std::ranges::find(before, old, &Verdict::fingerprint);
  if (found == before.end()) return kLostFinding;
  const auto same = std::ranges::find_if(after, [&](const Verdict& other) {
    return other.rule == found->rule && other.position == found->position;
  });
  return same == after.end() ? 0 : same->fingerprint;
}

nlohmann::ordered_json report_json(const replay::RedactReport& report, std::size_t findings) {
  return {{"modules", report.modules}, {"pdbs", report.pdbs},       {"functions", report.functions},
          {"symbols", report.symbols}, {"lines", report.lines},     {"notices", report.notices},
          {"tags", report.tags},       {"regions", report.regions}, {"values", report.values},
          {"findings", findings}};
}

std::string report_text(const replay::RedactReport& report) {
  return fmt::format(
      "replaced {}, {}, {}, {}, and {} that were addresses in {}; left out {}, {}, {}; findings "
      "are "
      "as before",
      counted(report.modules, "module name"), counted(report.functions, "function name"),
      counted(report.symbols, "symbol"), counted(report.tags, "pool tag"),
      counted(report.values, "value"), counted(report.regions, "region"),
      counted(report.pdbs, "PDB"), counted(report.lines, "source line"),
      counted(report.notices, "notice"));
}

}  // namespace

Made make_part(format::TraceReader& trace, const PartOptions& options) {
  const replay::Links links = replay::find_links(trace, options.threads);
  const replay::Wanted wanted = wanted_part(options);
  const replay::Selection selection = replay::select(trace, links, wanted, options.threads);
  format::TraceWriter writer(trace.header());
  replay::write_selection(trace, links, selection, step_text(options, wanted, links.events()),
                          options.threads, writer);
  return {.trace = writer.take_bytes(), .said = said_of(selection, links.events()), .json = {}};
}

Made make_redacted(format::TraceReader& trace, bool keep_tags, unsigned threads) {
  replay::Redaction redaction(trace, {.keep_tags = keep_tags, .threads = threads});
  const std::vector<Verdict> before = verdicts_of(trace, threads);
  Made made = {.trace = redaction.write(0), .said = {}, .json = {}};
  std::vector<Verdict> after = verdicts_of(made.trace, threads);
  const format::Derivation* const derivation = trace.derivation();
  const std::uint64_t finding = derivation == nullptr ? 0 : derivation->finding;
  if (finding != 0) {
    made.trace = redaction.write(renamed(finding, before, after));
    after = verdicts_of(made.trace, threads);
  }
  if (before != after) {
    throw Error(trace.name() +
                ": can't be redacted: with other names and addresses it does not show the same "
                "findings; nothing is written");
  }
  made.said = report_text(redaction.report());
  const auto reported = std::ranges::count_if(after, &Verdict::is_reported);
  made.json = report_json(redaction.report(), static_cast<std::size_t>(reported)).dump();
  return made;
}

}  // namespace ddireplay::tools
