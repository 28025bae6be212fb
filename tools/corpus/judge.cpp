#include "tools/corpus/judge.h"

#include <algorithm>
#include <utility>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "replay/replay.h"
#include "tools/corpus/crash_note.h"
#include "tools/corpus/json_fields.h"
#include "tools/report/report_view.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools::corpus {
namespace {

using format::ExitStatus;

// As it comes back from a JSON file, which can't hold every byte that a trace can.
std::string as_kept(std::string_view text) {
  const bool is_ascii = std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
  if (is_ascii) return std::string(text);
  return Json::parse(stable_text(Json(text))).get<std::string>();
}

ExpectedFinding kept_finding(const format::TraceReader& trace, const replay::Report& report,
                             const replay::Finding& finding) {
  ExpectedFinding kept;
  kept.rule = finding.rule->id();
  kept.fingerprint = fingerprint_text(finding.fingerprint);
  kept.position = finding.position;
  kept.driver = as_kept(driver_name(trace, finding.driver));
  kept.verdict = finding.verdict == replay::Verdict::violation ? "violation" : "unknown";
  if (finding.root >= 0) {
    kept.consequence_of =
        fingerprint_text(report.findings[static_cast<std::size_t>(finding.root)].fingerprint);
  }
  kept.repeats = finding.repeats;
  return kept;
}

Outcome outcome_of(const format::TraceReader& trace, const replay::Report& report) {
  Outcome outcome;
  outcome.events = report.events;
  for (const replay::Finding& finding : report.findings) {
    outcome.findings.push_back(kept_finding(trace, report, finding));
  }
  outcome.status = status_of(trace, report);
  outcome.is_part = is_part(trace);
  return outcome;
}

}  // namespace

Judged judge(const std::string& path, const std::vector<std::string>& rules) {
  const TraceInPlay in_play(path);
  try {
    return judge(format::open_trace(path), rules);
  } catch (const format::Error& error) {
    if (error.status() != ExitStatus::unreadable) throw;
    Judged judged;
    judged.outcome.status = ExitStatus::unreadable;
    judged.outcome.unreadable_because = error.what();
    return judged;
  }
}

Judged judge(format::TraceReader trace, const std::vector<std::string>& rules) {
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers, {.threads = 1, .rules = rules, .only_report = true});
  replay.run();
  Judged judged;
  judged.report = replay.report();
  judged.outcome = outcome_of(trace, judged.report);
  judged.trace = std::move(trace);
  return judged;
}

}  // namespace ddireplay::tools::corpus
