// The lines of the text form that are no events.
#pragma once

#include "format/freestanding/record.h"
#include "format/text/draft.h"
#include "format/text/line.h"

namespace ddireplay::format::text {

// Does what the line says, where it begins with the word of a statement; false, and nothing taken,
// where it doesn't. Throws Mistake, and Error where the trace can't be written.
bool read_statement(Words& words, Draft& draft);

// Addresses up to the word `until`, which is left; empty: up to the end of the line.
StackId read_frames(Words& words, std::string_view until, Draft& draft);

}  // namespace ddireplay::format::text
