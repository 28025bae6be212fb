// Makes of a trace the recording that is compared.
#pragma once

#include <string>

#include "format/trace_reader.h"
#include "tools/diff/recording.h"
#include "tools/report/symbolizer.h"

namespace ddireplay::tools::diff {

// Reads the whole trace. `names` is the same for both sides of a comparison.
Recording normalise(format::TraceReader& trace, Symbolizer& symbolizer, Names& names,
                    const Basis& basis);

// Targets of a trace, in the order of its modules; known once its events have been read.
std::vector<format::ModuleId> targets_of(const format::TraceReader& trace);

}  // namespace ddireplay::tools::diff
