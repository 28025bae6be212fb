// Any bytes as a payload, in a container that is sound: what checksums would keep from the
// decoders. The input begins with a PayloadInput.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "tests/fuzz/payload_input.h"
#include "tests/fuzz/read_all.h"
#include "tests/fuzz/sound_container.h"

using namespace ddireplay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::PayloadInput input;
  if (size < sizeof(input)) return 0;
  std::memcpy(&input, data, sizeof(input));
  const auto payload = std::as_bytes(std::span(data, size)).subspan(sizeof(input));
  try {
    auto bytes = fuzz::in_container(fuzz::to_header(input), payload);
    fuzz::read_all(format::TraceReader::from_bytes(std::move(bytes), "fuzz"));
  } catch (const format::Error&) {
  }
  return 0;
}
