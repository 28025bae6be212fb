// Which finding is meant, as people name it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ddireplay::tools {

// Nothing set: any finding.
struct Wanted {
  std::string fingerprint;         // first hexadecimal digits, lower case
  std::vector<std::string> rules;  // as ReplayOptions::rules

  bool any() const { return fingerprint.empty() && rules.empty(); }
};

// At least four hexadecimal digits are a fingerprint, all else is a rule: an id, a slug, a bug
// check. Throws format::Error (usage) where it is neither.
Wanted wanted_finding(const std::string& typed);

// What a replay has to report, so that nothing that is wanted is missing from it: `rules`, unless a
// rule is wanted.
std::vector<std::string> rules_to_replay(const Wanted& wanted,
                                         const std::vector<std::string>& rules);

// Whether a finding of a replay of rules_to_replay() is wanted.
bool is_wanted(const Wanted& wanted, std::uint64_t fingerprint);
// The same of all 16 digits.
bool is_wanted(const Wanted& wanted, std::string_view fingerprint);

}  // namespace ddireplay::tools
