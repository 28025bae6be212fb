// What is not as it was recorded.
#pragma once

#include <string>
#include <vector>

#include "tools/corpus/expectation.h"

namespace ddireplay::tools::corpus {

struct Difference {
  // "lost", "gained", "moved" (the same defect at another position), "changed" (at the same one,
  // but its driver, verdict, root or repeats), "status", "events"
  std::string kind;
  std::string finding;   // "C4:62 of My.sys, fingerprint 0123456789abcdef"; empty: not of one
  std::string expected;  // "#9"; empty: it was not there
  std::string seen;

  bool operator==(const Difference&) const = default;
};

// Those of findings in the order of rules' ids, fingerprints and positions.
std::vector<Difference> differences(const Outcome& expected, const Outcome& seen);

// "moved    C4:62 of My.sys, fingerprint 0123456789abcdef: expected #9, seen #12"
std::string difference_text(const Difference& difference);

// "1 (findings)"
std::string status_text(format::ExitStatus status);

}  // namespace ddireplay::tools::corpus
