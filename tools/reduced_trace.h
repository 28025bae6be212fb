// Traces of one finding each.
#pragma once

#include <string>
#include <vector>

#include "replay/reduce/reducer.h"
#include "replay/replay.h"

namespace ddireplay::tools {

// One finding for each fingerprint: the first that is sure, else the first.
std::vector<const replay::Finding*> distinct_findings(const replay::Report& report);

// As replay::reduce(), and reads the result back: it shows the finding. `name` is that of what the
// result becomes, for messages. Throws format::Error.
replay::Reduction reduce_and_verify(format::TraceReader& trace, const replay::Finding& finding,
                                    const replay::ReduceOptions& options, const std::string& name);

}  // namespace ddireplay::tools
