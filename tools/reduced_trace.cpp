#include "tools/reduced_trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "checkers/registry.h"
#include "format/error.h"
#include "tools/report/text.h"

namespace ddireplay::tools {

using replay::Finding;

std::vector<const Finding*> distinct_findings(const replay::Report& report) {
  std::vector<const Finding*> findings;
  for (const Finding& finding : report.findings) {
    const auto known = std::ranges::find(findings, finding.fingerprint,
                                         [](const Finding* other) { return other->fingerprint; });
    if (known == findings.end()) {
      findings.push_back(&finding);
    } else if ((*known)->verdict == replay::Verdict::unknown &&
               finding.verdict == replay::Verdict::violation) {
      *known = &finding;
    }
  }
  return findings;
}

replay::Reduction reduce_and_verify(format::TraceReader& trace, const Finding& finding,
                                    const replay::ReduceOptions& options, const std::string& name) {
  replay::Reduction reduction =
      replay::reduce(trace, checkers::make_all_checkers, finding, options);
  format::TraceReader reduced = format::TraceReader::from_bytes(reduction.trace, name);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(reduced, checkers, {.threads = 1, .rules = {"all"}});
  replay.run();
  const bool is_there = std::ranges::any_of(replay.report().findings, [&](const Finding& other) {
    return other.fingerprint == finding.fingerprint && other.verdict == finding.verdict;
  });
  if (!is_there || !reduced.condition().problems.empty()) {
    throw format::Error(
        fmt::format("{}: what is left of {} does not show finding {}; nothing "
                    "is written",
                    name, trace.name(), fingerprint_text(finding.fingerprint)));
  }
  return reduction;
}

}  // namespace ddireplay::tools
