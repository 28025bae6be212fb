#include "tools/report/analyze_text.h"

#include <algorithm>
#include <vector>

#include "tools/report/append.h"
#include "tools/report/ending_report.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

constexpr std::string_view kBanner =
    "*******************************************************************************\n"
    "*                                                                             *\n"
    "*                        Bugcheck Analysis                                    *\n"
    "*                                                                             *\n"
    "*******************************************************************************\n\n";

constexpr std::string_view kExplanation =
    "The driver has broken a rule of the kernel.  Driver Verifier stops the machine\n"
    "where this happens; here a recording of the driver's calls was replayed to its\n"
    "end, so that every violation in it is reported, each with all that led to it.\n";

constexpr std::string_view kNoFinding = "No violation was found.\n";

constexpr std::uint32_t kPoolLeak = 0x62;

std::string_view meaning_of(const replay::Rule& rule, std::size_t parameter) {
  if (parameter == 0) return rule.title;
  const std::string_view meaning = rule.parameters[parameter - 1];
  return meaning.empty() ? "reserved" : meaning;
}

void append_arguments(std::string& out, const ReportView& view, const replay::Finding& finding) {
  append(out, "Arguments:\n");
  for (std::size_t i = 0; i < finding.parameters.size(); ++i) {
    std::string_view meaning = meaning_of(*finding.rule, i);
    while (meaning.ends_with('.')) meaning.remove_suffix(1);
    append(out, "Arg{}: {}, {}.\n", i + 1,
           plain_pointer(finding.parameters[i], view.pointer_bytes()), meaning);
  }
  if (!finding.rule->sub_id.empty()) {
    append(out, "    Windows documents no code of its own for this: here it is {}.\n",
           finding.rule->id());
  }
  if (finding.rule->bug_check == 0xc4 && finding.rule->code == kPoolLeak) {
    append(out,
           "    Type !verifier 3 {} for info on the allocations\n"
           "    that were leaked that caused the bugcheck.\n",
           driver_name(view.trace, finding.driver));
  }
}

// The moment of the violation itself, where the finding's objects tell it.
const replay::Moment* violation_moment(const replay::Finding& finding) {
  const replay::Moment* found = nullptr;
  for (const replay::FindingObject& object : finding.objects) {
    for (const replay::BiographyEntry& entry : object.biography) {
      if (entry.moment.position == finding.position) found = &entry.moment;
    }
  }
  return found;
}

void append_moment(std::string& out, const ReportView& view, const replay::Finding& finding) {
  const replay::Moment* moment = violation_moment(finding);
  append(out, "POSITION:         #{}", finding.position);
  if (moment != nullptr) append(out, "  {}", view.trace.function(moment->function).name);
  append(out, "\n");
  if (moment == nullptr) return;
  append(out, "FAULTING_THREAD:  {}\n", thread_text(moment->thread, view.pointer_bytes()));
  append(out, "CURRENT_IRQL:     {}\n", irql_text(moment->irql));
}

void append_facts(std::string& out, const ReportView& view, const replay::Finding& finding) {
  const replay::Rule& rule = *finding.rule;
  append(out, "\n{}\n\n", finding.sentence);
  append(out, "RULE:             {}  {}\n", rule.id(), rule.slug);
  if (finding.verdict == replay::Verdict::unknown) {
    append(out, "VERDICT:          unknown: events are missing that could explain it\n");
  }
  if (finding.root >= 0) {
    append(out, "CONSEQUENCE_OF:   finding {}\n", finding.root + 1);
  }
  append_moment(out, view, finding);
  append(out, "IMAGE_NAME:       {}\n", driver_name(view.trace, finding.driver));
  append(out, "FINGERPRINT:      {}\n", fingerprint_text(finding.fingerprint));
  if (finding.repeats != 0) {
    append(out, "REPEATED:         {} more of this fingerprint behind it, not shown\n",
           finding.repeats);
  }
  if (!rule.remedy.empty()) append(out, "REMEDY:           {}\n", rule.remedy);
}

void append_stack(std::string& out, const ReportView& view, format::StackId stack) {
  const std::span<const std::uint64_t> addresses = stack_of(view.trace, stack);
  if (addresses.empty()) append(out, "        (no stack was recorded)\n");
  for (const std::uint64_t address : addresses) {
    const Frame& frame = view.symbolizer.frame(address);
    append(out, "        {} {}{}\n", ticked_pointer(address, view.pointer_bytes()),
           frame_name(frame, view.pointer_bytes()), source_suffix(frame));
  }
}

void append_entry(std::string& out, const ReportView& view, const replay::BiographyEntry& entry) {
  const replay::Moment& moment = entry.moment;
  append(out, "\n    {} at #{} by {}, thread {}, processor {}, IRQL {}\n",
         replay::role_name(entry.role), moment.position, view.trace.function(moment.function).name,
         thread_text(moment.thread, view.pointer_bytes()), moment.processor,
         irql_text(moment.irql));
  append_stack(out, view, moment.stack);
}

// The call that brought the object into being stands first in its biography.
void append_caller(std::string& out, const ReportView& view, const replay::Finding& finding,
                   const replay::FindingObject& object) {
  if (object.biography.empty()) return;
  const std::uint64_t caller =
      caller_in(view.trace, object.biography.front().moment.stack, finding.driver);
  if (caller == 0) return;
  append(out, ", caller {}", frame_name(view.symbolizer.frame(caller), view.pointer_bytes()));
}

void append_object(std::string& out, const ReportView& view, const replay::Finding& finding,
                   std::size_t index) {
  const replay::FindingObject& object = finding.objects[index];
  append(out, "\nOBJECT {} of {}:    {}", index + 1, finding.objects.size(), object.kind);
  if (object.address != 0) append(out, " {}", ticked_pointer(object.address, view.pointer_bytes()));
  if (object.size != 0) append(out, ", length {:#x}", object.size);
  if (object.tag != 0) append(out, ", tag {}", tag_text(object.tag));
  append_caller(out, view, finding, object);
  append(out, "\n");
  for (const replay::BiographyEntry& entry : object.biography) append_entry(out, view, entry);
}

// Places of findings, roots first; else as the report has them.
std::vector<std::size_t> reading_order(const replay::Report& report) {
  std::vector<std::size_t> order(report.findings.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_partition(order.begin(), order.end(),
                        [&](std::size_t i) { return report.findings[i].root < 0; });
  return order;
}

// The explanation is the same for all: the first one has it.
std::string finding_text(const ReportView& view, const replay::Finding& finding, bool is_first) {
  std::string out;
  append(out, "{} ({:x})\n", bug_check_name(finding.rule->bug_check), finding.rule->bug_check);
  if (is_first) out += kExplanation;
  append_arguments(out, view, finding);
  append_facts(out, view, finding);
  for (std::size_t i = 0; i < finding.objects.size(); ++i) append_object(out, view, finding, i);
  return out;
}

}  // namespace

std::string analyze_text(const ReportView& view) {
  std::string out = ending_lines(view.trace, &view.symbolizer);
  out += kBanner;
  if (view.report.findings.empty()) append(out, "{}\n", kNoFinding);
  const std::size_t count = view.report.findings.size();
  bool is_first = true;
  for (const std::size_t index : reading_order(view.report)) {
    if (count > 1) append(out, "------ finding {} of {} ------\n\n", index + 1, count);
    append(out, "{}\n", finding_text(view, view.report.findings[index], is_first));
    is_first = false;
  }
  append(out, "SUMMARY\n\n{}", summary_text(view));
  return out;
}

std::string findings_list(const ReportView& view) {
  if (view.report.findings.empty()) return std::string(kNoFinding);
  std::string out;
  for (const std::size_t index : reading_order(view.report)) {
    const replay::Finding& finding = view.report.findings[index];
    append(out, "{:>4}  #{:<10} {:<8} {}{}{}\n", index + 1, finding.position, finding.rule->id(),
           doubt_mark(finding), finding.sentence,
           finding.root < 0 ? "" : fmt::format("  (consequence of {})", finding.root + 1));
    if (finding.repeats != 0) {
      append(out, "      {} more of this fingerprint behind it, not shown\n", finding.repeats);
    }
  }
  append(out, "Use !analyze -v to see each with its history.\n");
  return out;
}

}  // namespace ddireplay::tools
