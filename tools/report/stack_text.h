// `k` and `lm`: a stack, and the modules that its addresses lie in.
#pragma once

#include <string>

#include "tools/report/symbolizer.h"

namespace ddireplay::tools {

// The event's call, and who made it, innermost first: `frames_max` of them at most.
std::string event_stack_text(const format::TraceReader& trace, const format::Event& event,
                             Symbolizer& symbolizer, std::size_t frames_max);

enum class ModuleText { line, details };

// Modules of the trace whose name matches, by address: a line for each, and below it, if wanted,
// what tells its build and where its symbols are from.
std::string modules_text(Symbolizer& symbolizer, std::string_view pattern, ModuleText what);

}  // namespace ddireplay::tools
