#include "tests/replay/report_dump.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>

namespace ddireplay::tests {

namespace {

void dump_object(std::string& text, const replay::FindingObject& object) {
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "  {} {:#x} {:#x} {:#x}\n", object.kind, object.address, object.size,
                 object.tag);
  for (const replay::BiographyEntry& entry : object.biography) {
    const replay::Moment& moment = entry.moment;
    fmt::format_to(out, "    {} #{} t{:x} s{} f{} cpu{} irql{}\n", replay::role_name(entry.role),
                   moment.position, moment.thread, moment.stack, moment.function, moment.processor,
                   moment.irql);
  }
}

}  // namespace

std::string dump(const replay::Report& report) {
  std::string text = fmt::format("{} events, {} lost\n", report.events, report.lost);
  const auto out = std::back_inserter(text);
  for (const replay::RuleActivity& rule : report.rules_armed) {
    fmt::format_to(out, "armed {} {}\n", rule.rule->id(), rule.events_seen);
  }
  for (const replay::DdiNotModelled& ddi : report.ddis_not_modelled) {
    fmt::format_to(out, "not modelled {} {}\n", ddi.name, ddi.calls);
  }
  for (const replay::Finding& finding : report.findings) {
    fmt::format_to(out, "root {} ", finding.root);
    text += dump(finding);
  }
  return text;
}

std::string dump(const replay::Finding& finding) {
  std::string text = fmt::format(
      "{} #{} {:#x} driver {} verdict {} repeats {} {:016x} {}\n", finding.rule->id(),
      finding.position, fmt::join(finding.parameters, " "), finding.driver,
      static_cast<int>(finding.verdict), finding.repeats, finding.fingerprint, finding.sentence);
  for (const replay::FindingObject& object : finding.objects) dump_object(text, object);
  return text;
}

}  // namespace ddireplay::tests
