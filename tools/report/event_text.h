// One event on one line, as text and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/report/symbolizer.h"

namespace ddireplay::tools {

// "#12  0.001234 s  cpu 0  9c158bc0  irql 0  ExAllocatePoolWithTag(PoolType=NonPagedPool, ...) =
// 0x8645a000  <- MyDriver!Dispatch+0x27", without the line's end. A gap says how many were lost.
std::string event_text(const format::TraceReader& trace, const format::Event& event,
                       Symbolizer& symbolizer);

// The same as an object; a gap has the key "lost".
nlohmann::ordered_json event_json(const format::TraceReader& trace, const format::Event& event,
                                  Symbolizer& symbolizer);

}  // namespace ddireplay::tools
