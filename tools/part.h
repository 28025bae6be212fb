// Traces made of a trace: a range of it, single drivers of it, or all of it with whose it is
// hidden.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::tools {

struct PartOptions {
  std::string range;  // "#10..#20", "#10..", "..#20"; empty: all of it
  std::vector<std::string> drivers;
  unsigned threads = 1;
};

struct Made {
  std::vector<std::byte> trace;
  std::string said;  // what was left out or replaced, in words
  std::string json;  // the same, of a redacted trace
};

// Throw format::Error.
Made make_part(format::TraceReader& trace, const PartOptions& options);
// Replays both, and throws where not the same rules are broken at the same positions.
Made make_redacted(format::TraceReader& trace, bool keep_tags, unsigned threads);

}  // namespace ddireplay::tools
