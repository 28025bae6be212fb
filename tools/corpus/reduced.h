// What a corpus keeps of a trace: for each of its defects the few events that show it.
#pragma once

#include <string>
#include <vector>

#include "tools/corpus/judge.h"

namespace ddireplay::tools::corpus {

struct ReducedTrace {
  std::string rule;  // "C4:62"
  std::string text;  // the trace, in the text form
  Outcome outcome;   // of its replay
};

// One for each fingerprint that the report of `judged` has for sure, in the order of the report.
// `judged` is of the trace `path` by `rules`, and could be read. Runs on the caller's thread alone.
// Throws format::Error where a finding does not show when the trace is replayed again.
std::vector<ReducedTrace> reduce_findings(Judged& judged, const std::string& path,
                                          const std::vector<std::string>& rules);

}  // namespace ddireplay::tools::corpus
