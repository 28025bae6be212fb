#include "tools/report/summary_text.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tools/report/append.h"
#include "tools/report/derivation_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

std::uint64_t repeats_of(const replay::Report& report) {
  std::uint64_t repeats = 0;
  for (const replay::Finding& finding : report.findings) repeats += finding.repeats;
  return repeats;
}

std::string findings_line(const replay::Report& report) {
  if (report.findings.empty()) return "none";
  const auto roots = static_cast<std::uint64_t>(std::ranges::count_if(
      report.findings, [](const replay::Finding& finding) { return finding.root < 0; }));
  const auto unknown = static_cast<std::uint64_t>(std::ranges::count_if(
      report.findings,
      [](const replay::Finding& finding) { return finding.verdict == replay::Verdict::unknown; }));
  std::string text = fmt::format("{}: {}, {}", report.findings.size(), counted(roots, "root"),
                                 counted(report.findings.size() - roots, "consequence"));
  if (unknown != 0) text += fmt::format("; of them unknown: {}", unknown);
  if (const std::uint64_t repeats = repeats_of(report)) {
    text += fmt::format("; more of the same, not shown: {}", repeats);
  }
  return text;
}

// Rules that saw so many steps; a line is filled before the next one begins.
void append_rules_of(std::string& out, std::uint64_t steps, const std::vector<std::string>& ids) {
  constexpr std::size_t kLineEnd = 100;
  std::string line = fmt::format("    {:>10} ", steps);
  for (const std::string& id : ids) {
    if (line.size() + 1 + id.size() > kLineEnd) {
      append(out, "{}\n", line);
      line = std::string(15, ' ');
    }
    line += " " + id;
  }
  append(out, "{}\n", line);
}

// The rules by the number of steps that each has seen, the busiest first. A driver does little of
// what there are rules for: the many others would hide the few that had something to look at.
void append_rules(std::string& out, const replay::Report& report) {
  constexpr std::size_t kIdleNamed = 12;
  append(out, "Rules armed:       {}, by the steps that each has seen\n",
         report.rules_armed.size());
  std::map<std::uint64_t, std::vector<std::string>, std::greater<>> by_steps;
  for (const replay::RuleActivity& armed : report.rules_armed) {
    by_steps[armed.events_seen].push_back(armed.rule->id());
  }
  for (const auto& [steps, ids] : by_steps) {
    if (steps == 0 && ids.size() > kIdleNamed) {
      append(out, "    {:>10}  {} rules; `replay --json` names them\n", 0, ids.size());
    } else {
      append_rules_of(out, steps, ids);
    }
  }
}

void append_unmodelled(std::string& out, const replay::Report& report) {
  if (report.ddis_not_modelled.empty()) {
    append(out, "DDIs not modelled: none\n");
    return;
  }
  append(out, "DDIs not modelled: {}\n", report.ddis_not_modelled.size());
  for (const replay::DdiNotModelled& ddi : report.ddis_not_modelled) {
    append(out, "    {}  {}\n", ddi.name, counted(ddi.calls, "call"));
  }
}

void append_condition(std::string& out, const format::TraceReader& trace) {
  const format::FooterInfo* footer = trace.footer();
  append(out, "Recording:         {}\n",
         footer == nullptr ? kCutText : end_reason_text(footer->end_reason));
  if (footer != nullptr && footer->started_attached) {
    append(out, "    The recording began while the driver was running.\n");
  }
  for (const std::string& line : derivation_lines(trace.derivation()))
    append(out, "    {}\n", line);
  if (footer != nullptr && footer->flight) append(out, "    {}\n", kFlightText);
  if (footer != nullptr && footer->stacks_lost != 0) {
    append(out, "    {} recorded without a stack.\n", counted(footer->stacks_lost, "event"));
  }
  const format::Condition& condition = trace.condition();
  for (const std::string& problem : condition.problems) append(out, "    {}\n", problem);
  if (footer != nullptr) {
    for (const std::string& notice : footer->notices) append(out, "    {}\n", notice);
  }
  if (condition.damaged_chunks != 0 || condition.skipped_bytes != 0) {
    append(out, "    `ddireplay repair {} -o OUT.ddt` may get more of it.\n", trace.name());
  }
}

}  // namespace

std::string_view end_reason_text(format::EndReason reason) {
  switch (reason) {
    case format::EndReason::stopped:
      return "stopped in order";
    case format::EndReason::recovered:
      return "recovered from a cut or damaged trace";
    case format::EndReason::thread_inside:
      return "stopped while a thread was still inside a recorded call";
    case format::EndReason::disk_full:
      return "ended by a full disk";
    case format::EndReason::target_crashed:
      return "ended by a crash of the driver";
    case format::EndReason::time_limit:
      return "ended by its time limit";
    case format::EndReason::converted:
      return "complete, written by a tool";
    case format::EndReason::program_failed:
      return "stopped in order; the program under test failed";
    case format::EndReason::stop_requested:
      return "stopped on request";
    case format::EndReason::host_died:
      return "ended by the end of the process that hosts the driver";
    case format::EndReason::hung:
      return "ended by its time limit, with the driver not coming back";
    case format::EndReason::killed:
      return "killed";
    case format::EndReason::load_failed:
      return "stopped in order; a target could not be started";
    case format::EndReason::unload_failed:
      return "stopped in order; a target could not be unloaded";
    case format::EndReason::cut_off:
      return "a part of one: what came behind was left out";
  }
  return "ended for a reason that this version does not know";
}

bool is_complete(const format::TraceReader& trace) {
  if (!trace.condition().complete()) return false;
  return format::is_whole(trace.footer()->end_reason);
}

bool is_part(const format::TraceReader& trace) {
  const format::Derivation* const derivation = trace.derivation();
  return derivation != nullptr &&
         (derivation->begin != 0 || derivation->thinned || derivation->finding != 0);
}

format::ExitStatus status_of(const format::TraceReader& trace, const replay::Report& report) {
  using format::ExitStatus;
  if (!is_complete(trace)) return ExitStatus::incomplete;
  if (report.findings.empty()) return ExitStatus::clean;
  const auto is_violation = [](const replay::Finding& finding) {
    return finding.verdict == replay::Verdict::violation;
  };
  return std::ranges::any_of(report.findings, is_violation) ? ExitStatus::findings
                                                            : ExitStatus::incomplete;
}

std::string summary_text(const ReportView& view) {
  std::string out;
  append(out, "Trace:             {}\n", view.trace.name());
  append(out, "Machine:           {}\n", machine_text(view.trace.header()));
  append(out, "Findings:          {}\n", findings_line(view.report));
  append(out, "Events:            {}, lost: {}\n", view.report.events, view.report.lost);
  append_rules(out, view.report);
  append_unmodelled(out, view.report);
  append_condition(out, view.trace);
  if (!is_complete(view.trace)) {
    append(out, "The trace has gaps: what is not reported may have been missed.\n");
  }
  return out;
}

}  // namespace ddireplay::tools
