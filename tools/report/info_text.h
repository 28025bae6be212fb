// What a trace's header, index and summary say, without its events.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "format/trace_reader.h"

namespace ddireplay::tools {

std::string info_text(const format::TraceReader& trace);
nlohmann::ordered_json info_json(const format::TraceReader& trace);

}  // namespace ddireplay::tools
