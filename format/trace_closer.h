// Gives a recorded trace its end: in place of the footer that its recorder wrote, or where there is
// none because the recorder was gone before it could write one.
#pragma once

#include <string>

#include "format/trace_reader.h"

namespace ddireplay::format {

// Writes `footer`, whose events, modules and imports are the caller's to count, behind the last
// whole chunk of the file. Chunks stay as they are; a piece of one at the end is cut off. False,
// and the file is left alone: the chunks in front of it are damaged or have holes between them.
// Throws Error: no trace, or it can't be written; then the trace is one without a footer.
bool close_trace(const std::string& path, const FooterInfo& footer);

}  // namespace ddireplay::format
