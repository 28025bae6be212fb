// A trace on its way out.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::tools {

// Writes the text form of a trace under the name `out`, or to standard output where that is "-".
// The file is there when all of it is written, or not at all. Throws format::Error.
void write_as_text(format::TraceReader& trace, const std::string& out);

// Writes a trace that was made in memory under the name `out` when all of it is there, or not at
// all: as text where the name ends in .txt or is "-" (standard output), else as it is. Throws
// format::Error.
void write_trace(std::vector<std::byte> trace, const std::string& out);

}  // namespace ddireplay::tools
