// Any text as a trace. What is read and printed must be read and printed alike again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "format/text_form.h"

using namespace ddireplay::format;

namespace {

std::string print(std::string_view text) {
  TraceReader reader = trace_from_text(text, "fuzz");
  std::ostringstream out;
  write_text(reader, out);
  return out.str();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string canonical;
  try {
    canonical = print({reinterpret_cast<const char*>(data), size});
  } catch (const Error&) {
    return 0;
  }
  if (print(canonical) != canonical) std::abort();
  return 0;
}
