#include "tools/wanted_finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

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

}  // namespace

Wanted wanted_finding(const std::string& typed) {
  Wanted wanted;
  if (typed.empty()) return wanted;
  std::string digits = typed;
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.erase(0, 2);
  if (!is_hexadecimal(digits) || digits.size() <= kBugCheckDigitsMax ||
      digits.size() > kDigitsMax) {
    wanted.rules = rule_names({typed});
    return wanted;
  }
  if (digits.size() < kDigitsMin) {
    throw format::Error(fmt::format("{}: of a fingerprint the first {} digits are needed at least",
                                    typed, kDigitsMin),
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
