#include "tools/diff/finding_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "tools/report/text.h"

namespace ddireplay::tools::diff {
namespace {

using replay::Finding;

// What stays the same of a defect when the driver is built anew under another name.
std::string shape_of(const format::TraceReader& trace, const Finding& finding) {
  std::string shape = finding.rule->id();
  for (const replay::FindingObject& object : finding.objects) {
    fmt::format_to(std::back_inserter(shape), "|{} {:x}", object.kind, object.tag);
    for (const replay::BiographyEntry& entry : object.biography) {
      fmt::format_to(std::back_inserter(shape), ";{} {}", replay::role_name(entry.role),
                     trace.function(entry.moment.function).name);
    }
  }
  return shape;
}

std::string fingerprint_of(const format::TraceReader&, const Finding& finding) {
  return fingerprint_text(finding.fingerprint);
}

using Findings = std::vector<const Finding*>;

Findings all_of(const replay::Report& report) {
  Findings findings;
  for (const Finding& finding : report.findings) findings.push_back(&finding);
  return findings;
}

// Takes what both have out of both.
template <class KeyOf>
std::vector<FindingDifference> take_common(const format::TraceReader& good_trace, Findings& good,
                                           const format::TraceReader& bad_trace, Findings& bad,
                                           KeyOf key_of) {
  std::multimap<std::string, const Finding*> free;
  for (const Finding* finding : bad) free.emplace(key_of(bad_trace, *finding), finding);
  std::vector<FindingDifference> common;
  std::erase_if(good, [&](const Finding* finding) {
    const auto same = free.find(key_of(good_trace, *finding));
    if (same == free.end()) return false;
    common.push_back({finding, same->second});
    std::erase(bad, same->second);
    free.erase(same);
    return true;
  });
  return common;
}

}  // namespace

std::vector<FindingDifference> finding_differences(const format::TraceReader& good_trace,
                                                   const replay::Report& good,
                                                   const format::TraceReader& bad_trace,
                                                   const replay::Report& bad) {
  Findings left = all_of(good);
  Findings right = all_of(bad);
  take_common(good_trace, left, bad_trace, right, fingerprint_of);
  std::vector<FindingDifference> result = take_common(good_trace, left, bad_trace, right, shape_of);
  for (const Finding* finding : left) result.push_back({finding, nullptr});
  for (const Finding* finding : right) result.push_back({nullptr, finding});
  return result;
}

}  // namespace ddireplay::tools::diff
