// Any bytes as a payload, in a container that is sound: what checksums would keep from the
// decoders. The input begins with a PayloadInput.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "tests/format/packed_chunk.h"
#include "tests/fuzz/payload_input.h"
#include "tests/fuzz/read_all.h"
#include "tests/fuzz/sound_container.h"

using namespace ddireplay;

namespace {

std::vector<std::byte> chunk_of_tables(std::span<const std::uint8_t> tables) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<format::schema::EventChunk>();
  root.setTables(format::test::to_data(format::test::to_frame(tables)));
  format::test::put_planes(root, {});
  const auto payload = format::test::to_bytes(message);
  format::ChunkHeader header{};
  header.kind = format::ChunkKind::events;
  return fuzz::in_container(header, std::as_bytes(std::span(payload)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::PayloadInput input;
  if (size < sizeof(input)) return 0;
  std::memcpy(&input, data, sizeof(input));
  const auto rest = std::span(data, size).subspan(sizeof(input));
  try {
    auto bytes = input.kind % fuzz::kKinds == fuzz::kTablesAlone
                     ? chunk_of_tables(rest)
                     : fuzz::in_container(fuzz::to_header(input), std::as_bytes(rest));
    fuzz::read_all(format::TraceReader::from_bytes(std::move(bytes), "fuzz"));
  } catch (const format::Error&) {
  }
  return 0;
}
