// What a corpus keeps of a trace: for each of its defects the few events that show it.
#pragma once

#include <string>
#include <vector>

#include "tools/corpus/expectation.h"

namespace ddireplay::tools::corpus {

struct ReducedTrace {
  std::string rule;  // "C4:62"
  std::string text;  // the trace, in the text form
  Outcome outcome;   // of its replay
};

// One for each finding that the trace shows for sure, in the order of its report; none where it
// can't be read. Runs on the caller's thread alone. Throws format::Error as judge() does.
std::vector<ReducedTrace> reduce_findings(const std::string& trace,
                                          const std::vector<std::string>& rules);

}  // namespace ddireplay::tools::corpus
