// Any bytes as a payload, in a container that is sound: what checksums would keep from the
// decoders. The input begins with a PayloadInput.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <sstream>
#include <vector>

#include "format/freestanding/container.h"
#include "format/text_form.h"
#include "format/trace_reader.h"
#include "tests/fuzz/payload_input.h"

using namespace ddireplay::format;

namespace {

std::vector<std::byte> wrap(const fuzz::PayloadInput& input, std::span<const std::byte> payload) {
  FileHeader file{};
  file.pointer_bytes = 8;
  seal_file_header(file);
  ChunkHeader chunk = fuzz::to_header(input);
  std::vector<std::byte> bytes(sizeof(file) + sizeof(chunk) + padded(payload.size()));
  std::memcpy(bytes.data(), &file, sizeof(file));
  if (!payload.empty()) {
    std::memcpy(&bytes[sizeof(file) + sizeof(chunk)], payload.data(), payload.size());
  }
  seal_chunk(chunk, std::span(bytes).subspan(sizeof(file)), payload.size());
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::PayloadInput input;
  if (size < sizeof(input)) return 0;
  std::memcpy(&input, data, sizeof(input));
  const auto payload = std::as_bytes(std::span(data, size)).subspan(sizeof(input));
  try {
    TraceReader reader = TraceReader::from_bytes(wrap(input, payload), "fuzz");
    std::ostringstream text;
    write_text(reader, text);
    trace_from_text(text.view(), "printed");
  } catch (const Error&) {
  }
  return 0;
}
