// Which findings only one of two recordings has.
#pragma once

#include <string>
#include <vector>

#include "replay/replay.h"

namespace ddireplay::tools::diff {

struct FindingDifference {
  const replay::Finding* good = nullptr;  // nullptr: GOOD hasn't got it
  const replay::Finding* bad = nullptr;

  // In both, but in another place of the driver, or in a driver of another name.
  bool moved() const { return good != nullptr && bad != nullptr; }
};

// Findings of the same fingerprint are the same defect. Of the others, those of one rule whose
// objects have been through the same calls have moved. In the order of GOOD, then of BAD.
std::vector<FindingDifference> finding_differences(const format::TraceReader& good_trace,
                                                   const replay::Report& good,
                                                   const format::TraceReader& bad_trace,
                                                   const replay::Report& bad);

}  // namespace ddireplay::tools::diff
