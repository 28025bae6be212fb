// One replay of one trace, as a corpus keeps it.
#pragma once

#include <string>
#include <vector>

#include "format/trace_reader.h"
#include "tools/corpus/expectation.h"

namespace ddireplay::tools::corpus {

// Replays on the caller's thread alone. A trace that can't be read is an outcome, too. Throws
// format::Error (usage) where `rules` names a rule that no checker has.
Outcome judge(const std::string& trace, const std::vector<std::string>& rules);
// The same of one that is open.
Outcome judge(format::TraceReader& trace, const std::vector<std::string>& rules);

}  // namespace ddireplay::tools::corpus
