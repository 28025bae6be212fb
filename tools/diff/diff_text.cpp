#include "tools/diff/diff_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/diff/columns.h"
#include "tools/diff/summary.h"
#include "tools/report/append.h"
#include "tools/report/derivation_text.h"
#include "tools/report/ending_report.h"
#include "tools/report/report_view.h"
#include "tools/report/text.h"

namespace ddireplay::tools::diff {
namespace {

constexpr std::size_t kMostLines = 20;  // of one list of the summary

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::string_view basis_text(const Basis& basis) {
  if (basis.same_build) return "one build of the driver: offsets are compared";
  if (basis.named) return "two builds, with symbols: functions are compared by name";
  return "two builds, no symbols of both: calls are compared whoever makes them";
}

void append_side(std::string& out, std::string_view title, const Side& side) {
  append(out, "{:<5} {}: {}, {}\n", title, side.trace().name(), targets_text(side),
         counted(side.report().events, "event"));
  for (const std::string& line : derivation_lines(side.trace().derivation())) {
    append(out, "      {}\n", line);
  }
  const std::string ending = ending_lines(side.trace(), &side.symbolizer());
  std::size_t begin = 0;
  while (begin < ending.size()) {
    const std::size_t end = std::min(ending.find('\n', begin), ending.size());
    if (end > begin) append(out, "      {}\n", ending.substr(begin, end - begin));
    begin = end + 1;
  }
  if (side.recording().gaps != 0 || side.report().lost != 0) {
    append(out, "      {} lost: what is around the gaps may be matched wrongly\n",
           counted(side.report().lost, "event"));
  }
}

std::vector<std::string> stack_lines(const DiffView& view, const Side& side, const Call* call) {
  if (call == nullptr) return {"(has no such activity)"};
  const std::string_view doing = call->part == CallPart::head   ? " (begins)"
                                 : call->part == CallPart::tail ? " (returns)"
                                                                : "";
  std::vector<std::string> lines{
      fmt::format("#{} {}{}", call->position, view.names.text(call->name), doing)};
  for (const std::uint64_t address : stack_of(side.trace(), call->stack)) {
    const Frame& frame = side.symbolizer().frame(address);
    lines.push_back(frame_name(frame, side.symbolizer().pointer_bytes()) + source_suffix(frame));
  }
  if (lines.size() == 1) lines.push_back("No stack was recorded.");
  return lines;
}

void append_divergence(std::string& out, const DiffView& view, const Divergence& one,
                       unsigned width) {
  append(out, "{}\n", in_lines(capital(sentence(view, one)) + ".", width));
  const PartingCalls calls = parting_calls(view, one);
  out += side_by_side("GOOD", stack_lines(view, view.good, calls.good), "BAD",
                      stack_lines(view, view.bad, calls.bad), width);
  out += "\n";
}

void append_list(std::string& out, std::string_view title, const std::vector<CountedLine>& lines) {
  if (lines.empty()) return;
  append(out, "  {}:\n", title);
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
    append(out, "    {:>5} x  {}\n", lines[i].count, lines[i].text);
  }
  if (lines.size() > kMostLines) {
    append(out, "    and {} more lines: --json has all\n", lines.size() - kMostLines);
  }
}

void append_finding(std::string& out, std::string_view title, const replay::Finding& finding) {
  append(out, "    {:<12} {:<8} #{}: {}{}\n", title, finding.rule->id(), finding.position,
         doubt_mark(finding), finding.sentence);
}

void append_findings(std::string& out, const DiffView& view) {
  if (view.findings.empty()) {
    append(out, "  Findings: the same, {} each\n", view.good.report().findings.size());
    return;
  }
  append(out, "  Findings ({} in GOOD, {} in BAD):\n", view.good.report().findings.size(),
         view.bad.report().findings.size());
  for (const FindingDifference& one : view.findings) {
    if (one.moved()) {
      append_finding(out, "moved", *one.bad);
    } else if (one.good != nullptr) {
      append_finding(out, "only in GOOD", *one.good);
    } else {
      append_finding(out, "only in BAD", *one.bad);
    }
  }
}

void append_summary(std::string& out, const DiffView& view) {
  const Summary summary = summarise(view);
  const std::size_t good = view.good.recording().activities.size();
  append(out, "SUMMARY:\n\n");
  const Comparison& comparison = view.comparison;
  append(out, "  Activities: {} in both, {} only in GOOD, {} only in BAD\n",
         good - summary.good_activities - comparison.more_ticks_of_good, summary.good_activities,
         summary.bad_activities);
  if (comparison.more_ticks_of_good + comparison.more_ticks_of_bad != 0) {
    append(out, "  Ticks of timers besides: {} in GOOD, {} in BAD\n", comparison.more_ticks_of_good,
           comparison.more_ticks_of_bad);
  }
  append(out, "  Calls: {} in GOOD, {} in BAD; {}\n", view.good.recording().calls,
         view.bad.recording().calls, counted(view.comparison.divergences.size(), "divergence"));
  append_list(out, "Activities only in GOOD", summary.activities_of_good);
  append_list(out, "Activities only in BAD", summary.activities_of_bad);
  append_list(out, "Calls only in GOOD", summary.calls_of_good);
  append_list(out, "Calls only in BAD", summary.calls_of_bad);
  append_list(out, "Loops, rounds in GOOD and in BAD", summary.loops);
  append_list(out, "Values that differ, in GOOD and in BAD", summary.values);
  append_findings(out, view);
}

}  // namespace

void write_diff_text(const DiffView& view, const DiffTextOptions& options, Write write) {
  std::string out;
  append_side(out, "GOOD", view.good);
  append_side(out, "BAD", view.bad);
  append(out, "{}\n\n", capital(std::string(basis_text(view.basis))));
  const std::vector<Divergence>& divergences = view.comparison.divergences;
  if (divergences.empty()) {
    append(out, "No call differs.\n\n");
  } else if (options.all) {
    for (std::size_t i = 0; i < divergences.size(); ++i) {
      append(out, "DIVERGENCE {} of {}:\n\n", i + 1, divergences.size());
      append_divergence(out, view, divergences[i], options.width);
      write(out);
      out.clear();
    }
  } else {
    append(out, "FIRST DIVERGENCE:\n\n");
    append_divergence(out, view, divergences.front(), options.width);
  }
  append_summary(out, view);
  write(out);
}

}  // namespace ddireplay::tools::diff
