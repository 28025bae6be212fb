#include "tools/wanted_finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "checkers/ledger/ledger.h"
#include "checkers/registry.h"
#include "format/error.h"
#include "replay/text_case.h"
#include "tools/report/text.h"
#include "tools/rule_names.h"

namespace ddireplay::tools {
namespace {

// Of a fingerprint; one or two may be a bug check: C4.
constexpr std::size_t kDigitsMin = 4;
constexpr std::size_t kDigitsMax = 16;
constexpr std::size_t kBugCheckDigitsMax = 2;

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool is_bug_check(const std::string& digits) {
  if (digits.empty() || digits.size() > kBugCheckDigitsMax) return false;
  const std::uint64_t number = std::stoul(digits, nullptr, 16);
  const auto checkers = checkers::make_all_checkers();
  const auto rules = checkers::rules_of(checkers);
  return std::ranges::any_of(
      rules, [number](const replay::Rule* rule) { return rule->bug_check == number; });
}

}  // namespace

Wanted wanted_finding(const std::string& typed) {
  Wanted wanted;
  if (typed.empty()) return wanted;
  std::string digits = typed;
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.erase(0, 2);
  const bool has_digits_only = is_hexadecimal(digits) && digits.size() <= kDigitsMax;
  if (!has_digits_only || is_bug_check(digits)) {
    wanted.rules = rule_names({typed});
    return wanted;
  }
  if (digits.size() < kDigitsMin) {
    const bool is_no_bug_check = digits.size() <= kBugCheckDigitsMax;
    throw format::Error(
        fmt::format("{}: {}of a fingerprint the first {} digits are needed at least", typed,
                    is_no_bug_check ? "no rule that is checked has this bug check, and " : "",
                    kDigitsMin),
        format::ExitStatus::usage);
  }
  wanted.fingerprint = replay::lower_case(digits);
  return wanted;
}

std::vector<std::string> rules_to_replay(const Wanted& wanted,
                                         const std::vector<std::string>& rules) {
  return wanted.rules.empty() ? rules : wanted.rules;
}

bool is_wanted(const Wanted& wanted, std::uint64_t fingerprint) {
  return is_wanted(wanted, fingerprint_text(fingerprint));
}

bool is_wanted(const Wanted& wanted, std::string_view fingerprint) {
  return fingerprint.starts_with(wanted.fingerprint);
}

}  // namespace ddireplay::tools
