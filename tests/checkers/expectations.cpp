#include "tests/checkers/expectations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace ddireplay::tests {

namespace {

using replay::Finding;

std::optional<std::string> text_behind(std::string_view line, std::string_view start) {
  if (!line.starts_with(start)) return std::nullopt;
  return std::string(line.substr(start.size()));
}

std::string place_of(const Finding& finding) {
  return fmt::format("{} at #{}", finding.rule->id(), finding.position);
}

std::string line_of(const Finding& finding, const replay::Report& report) {
  std::string line = place_of(finding) + " parameters";
  for (const std::uint64_t parameter : finding.parameters) line += fmt::format(" {:#x}", parameter);
  if (finding.verdict == replay::Verdict::unknown) line += " unknown";
  if (finding.root >= 0) {
    line += " follows " + place_of(report.findings[static_cast<std::size_t>(finding.root)]);
  }
  return line;
}

std::string biography_of(const Finding& finding) {
  std::string text;
  for (const replay::FindingObject& object : finding.objects) {
    text += text.empty() ? "" : "; ";
    text += object.kind;
    for (const replay::BiographyEntry& entry : object.biography) {
      text += fmt::format(" {} #{}", replay::role_name(entry.role), entry.moment.position);
    }
  }
  return text;
}

bool equal(const ExpectedFinding& expected, const ExpectedFinding& found) {
  return expected.line == found.line &&
         (!expected.biography.has_value() || expected.biography == found.biography);
}

std::string marked(char mark, const ExpectedFinding& finding) {
  std::string text = fmt::format("{} {}\n", mark, finding.line);
  if (finding.biography) text += fmt::format("{}   biography: {}\n", mark, *finding.biography);
  return text;
}

}  // namespace

std::optional<std::vector<ExpectedFinding>> read_expectations(std::string_view text) {
  std::optional<std::vector<ExpectedFinding>> expected;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line == "# expect nothing") {
      expected.emplace();
    } else if (auto finding = text_behind(line, "# expect: ")) {
      if (!expected) expected.emplace();
      expected->push_back({*finding, std::nullopt});
    } else if (auto biography = text_behind(line, "# biography: ")) {
      if (expected && !expected->empty()) expected->back().biography = *biography;
    }
  }
  return expected;
}

std::vector<ExpectedFinding> describe(const replay::Report& report) {
  std::vector<ExpectedFinding> found;
  for (const Finding& finding : report.findings) {
    found.push_back({line_of(finding, report), biography_of(finding)});
  }
  return found;
}

std::string difference(const std::vector<ExpectedFinding>& expected,
                       const std::vector<ExpectedFinding>& found) {
  std::string text;
  const std::size_t count = std::max(expected.size(), found.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (i < expected.size() && i < found.size() && equal(expected[i], found[i])) continue;
    if (i < expected.size()) text += marked('-', expected[i]);
    if (i < found.size()) text += marked('+', found[i]);
  }
  return text;
}

}  // namespace ddireplay::tests
