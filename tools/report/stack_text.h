// `k` and `lm`: a stack, and the modules that its addresses lie in.
#pragma once

#include <string>

#include "tools/report/symbolizer.h"

namespace ddireplay::tools {

// The event's call, and who made it, innermost first.
std::string event_stack_text(const format::TraceReader& trace, const format::Event& event,
                             Symbolizer& symbolizer);

// All modules of the trace, by address.
std::string modules_text(Symbolizer& symbolizer);

}  // namespace ddireplay::tools
