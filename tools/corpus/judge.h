// One replay of one trace, as a corpus keeps it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "format/trace_reader.h"
#include "replay/replay.h"
#include "tools/corpus/expectation.h"

namespace ddireplay::tools::corpus {

struct Judged {
  Outcome outcome{};
  std::optional<format::TraceReader> trace{};  // none where it can't be read
  replay::Report report{};
};

// Replays on the caller's thread alone. A trace that can't be read is an outcome, too. Throws
// format::Error (usage) where `rules` names a rule that no checker has.
Judged judge(const std::string& trace, const std::vector<std::string>& rules);
// The same of one that is open.
Judged judge(format::TraceReader trace, const std::vector<std::string>& rules);

}  // namespace ddireplay::tools::corpus
