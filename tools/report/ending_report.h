// The first thing to be known of a recording that did not end as it should: what ended it, and
// what its driver called that the host doesn't have.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "format/trace_reader.h"
#include "tools/report/symbolizer.h"

namespace ddireplay::tools {

// Lines, and an empty one behind them; nothing of an ordinary recording. A symbolizer, where there
// is one, names callers.
std::string ending_lines(const format::TraceReader& trace, Symbolizer* symbolizer);

// Null of an ordinary recording.
nlohmann::ordered_json ending_json(const format::TraceReader& trace, Symbolizer* symbolizer);

}  // namespace ddireplay::tools
