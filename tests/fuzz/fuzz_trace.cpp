// Any bytes as a trace: the container, found by index or by search, and every event in it; then its
// text, which must be readable.
#include <cstddef>
#include <cstdint>
#include <span>
#include <sstream>
#include <vector>

#include "format/text_form.h"
#include "format/trace_reader.h"

using namespace ddireplay::format;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto bytes = std::as_bytes(std::span(data, size));
    TraceReader reader = TraceReader::from_bytes({bytes.begin(), bytes.end()}, "fuzz");
    std::ostringstream text;
    write_text(reader, text);
    trace_from_text(text.view(), "printed");
  } catch (const Error&) {
  }
  return 0;
}
