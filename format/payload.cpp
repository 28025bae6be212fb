#include "format/payload.h"

#include "format/bytes.h"
#include "format/freestanding/checksum.h"
#include "format/freestanding/container.h"

namespace ddireplay::format {

namespace {

bool same_chunk(const ChunkHeader& left, const ChunkHeader& right) {
  return left.trace_id == right.trace_id && left.kind == right.kind &&
         left.stream == right.stream && left.number == right.number &&
         left.first_time == right.first_time && left.last_time == right.last_time &&
         left.event_count == right.event_count && left.lost_before == right.lost_before &&
         left.payload_bytes == right.payload_bytes;
}

}  // namespace

std::span<const std::byte> checked_payload(std::span<const std::byte> file,
                                           const ChunkInfo& chunk) {
  // Whoever listed the chunk has made sure that all of it lies within the file.
  const auto header = load<ChunkHeader>(file, chunk.offset);
  if (!is_sound(header)) throw Malformed("its header is damaged");
  if (!same_chunk(header, chunk.header)) throw Malformed("its header contradicts the index");
  const auto payload = file.subspan(chunk.offset + sizeof(header), header.payload_bytes);
  if (checksum(payload.data(), payload.size()) != header.payload_checksum) {
    throw Malformed("its payload is damaged (the checksum is wrong)");
  }
  return payload;
}

}  // namespace ddireplay::format
