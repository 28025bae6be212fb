// Replays a corpus, or a shard of it, and compares.
#pragma once

#include <map>
#include <string>

#include "tools/corpus/expectation.h"
#include "tools/corpus/result.h"

namespace ddireplay::tools::corpus {

struct Run {
  RunResult result;
  // What the traces that differ would have to be expected to report from now on; by entry.
  std::map<std::string, Expectation> accepted;
};

// One entry is wholly on one thread. The same result whatever the number of threads. Throws
// format::Error (unreadable) where there is no such corpus, or nothing in it.
Run run_corpus(const std::string& directory, const Shard& shard, unsigned threads);

}  // namespace ddireplay::tools::corpus
