// Any bytes as a trace: the container, found by index or by search, and every event in it; then its
// text, which must be readable.
#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/fuzz/read_all.h"

using namespace ddireplay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto bytes = std::as_bytes(std::span(data, size));
    fuzz::read_all(format::TraceReader::from_bytes({bytes.begin(), bytes.end()}, "fuzz"));
  } catch (const format::Error&) {
  }
  return 0;
}
