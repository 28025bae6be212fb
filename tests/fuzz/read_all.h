// Reads a trace to its end, prints it, and reads what was printed.
#pragma once

#include <ostream>

#include "format/text_form.h"
#include "tests/fuzz/bounded_text.h"

namespace ddireplay::fuzz {

// Throws format::Error.
inline void read_all(format::TraceReader trace) {
  BoundedText text(kTextBytesMax);
  std::ostream out(&text);
  format::write_text(trace, out);
  format::trace_from_text(text.text(), "printed");
}

}  // namespace ddireplay::fuzz
