// Reports as JSON: the shape that other programs depend on. Keys are never renamed or removed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/report/report_view.h"

namespace ddireplay::tools {

// One object, on one line, without the line's end.
std::string report_json(const ReportView& view);

// A frame: {"address", "module", "symbol", "displacement", "file", "line"}; null where not known.
nlohmann::ordered_json frame_json(const Frame& frame, unsigned pointer_bytes);

// Return addresses, innermost first, as frames.
nlohmann::ordered_json stack_json(Symbolizer& symbolizer, const format::TraceReader& trace,
                                  format::StackId stack);

// JSON text that is valid whatever bytes are in the strings of a trace.
std::string json_text(const nlohmann::ordered_json& value);

}  // namespace ddireplay::tools
