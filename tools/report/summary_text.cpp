#include "tools/report/summary_text.h"

#include <algorithm>

#include "tools/report/append.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

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
  return text;
}

void append_rules(std::string& out, const replay::Report& report) {
  append(out, "Rules armed:       {}\n", report.rules_armed.size());
  std::size_t width = 8;
  for (const replay::RuleActivity& armed : report.rules_armed) {
    width = std::max(width, armed.rule->id().size());
  }
  for (const replay::RuleActivity& armed : report.rules_armed) {
    append(out, "    {:<{}} {:>10} {:<5} seen  {}\n", armed.rule->id(), width, armed.events_seen,
           armed.events_seen == 1 ? "step" : "steps", armed.rule->slug);
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
         footer == nullptr ? "cut: its end is missing" : end_reason_text(footer->end_reason));
  if (footer != nullptr && footer->started_attached) {
    append(out, "    The recording began while the driver was running.\n");
  }
  if (footer != nullptr && footer->stacks_lost != 0) {
    append(out, "    {} recorded without a stack.\n", counted(footer->stacks_lost, "event"));
  }
  for (const std::string& problem : trace.condition().problems) {
    append(out, "    {}\n", problem);
  }
  if (footer == nullptr) return;
  for (const std::string& notice : footer->notices) append(out, "    {}\n", notice);
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
  }
  return "ended for a reason that this version does not know";
}

bool is_complete(const format::TraceReader& trace) {
  if (!trace.condition().complete()) return false;
  return trace.footer()->end_reason != format::EndReason::disk_full;
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
