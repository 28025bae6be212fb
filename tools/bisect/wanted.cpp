#include "tools/bisect/wanted.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "tools/rule_names.h"

namespace ddireplay::tools::bisect {
namespace {

// Fewer may be a bug check: C4.
constexpr std::size_t kDigitsMin = 4;
constexpr std::size_t kDigitsMax = 16;

bool is_fingerprint(const std::string& typed) {
  return typed.size() >= kDigitsMin && typed.size() <= kDigitsMax &&
         std::ranges::all_of(typed, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

}  // namespace

Wanted wanted_finding(const std::string& typed) {
  Wanted wanted;
  if (typed.empty()) return wanted;
  if (!is_fingerprint(typed)) {
    wanted.rules = rule_names({typed});
    return wanted;
  }
  wanted.fingerprint = typed;
  std::ranges::transform(wanted.fingerprint, wanted.fingerprint.begin(),
                         [](unsigned char c) { return std::tolower(c); });
  return wanted;
}

std::vector<std::string> rules_to_replay(const Wanted& wanted,
                                         const std::vector<std::string>& rules) {
  return wanted.rules.empty() ? rules : wanted.rules;
}

bool is_wanted(const Wanted& wanted, const corpus::ExpectedFinding& finding) {
  return finding.fingerprint.starts_with(wanted.fingerprint);
}

std::string finding_name(const corpus::ExpectedFinding& finding) {
  return fmt::format("{}{} at #{}, fingerprint {}", finding.rule,
                     finding.driver.empty() ? "" : " of " + finding.driver, finding.position,
                     finding.fingerprint);
}

}  // namespace ddireplay::tools::bisect
