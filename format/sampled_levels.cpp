#include <algorithm>
#include <span>

#include "format/chunk_decoder.h"
#include "format/payload.h"
#include "format/trace_reader_state.h"

namespace ddireplay::format {

namespace {

// Checksums are left to who reads the events: of a chunk that is refused no level matters.
std::span<const std::byte> payload_of(std::span<const std::byte> file, const ChunkInfo& chunk) {
  const std::uint64_t begin = chunk.offset + sizeof(ChunkHeader);
  if (begin > file.size() || chunk.header.payload_bytes > file.size() - begin) {
    throw Malformed("it isn't whole");
  }
  return file.subspan(begin, chunk.header.payload_bytes);
}

bool has_all_levels(std::span<const std::byte> file, const ChunkInfo& chunk,
                    ColumnDecoder& decoder) {
  bool has_all = false;
  try {
    visit_payload<schema::EventChunk>(payload_of(file, chunk), [&](auto root) {
      has_all = std::ranges::count(decoder.decode_levels(root, chunk.header), kIrqlUnknown) == 0;
    });
  } catch (const Malformed&) {
    return false;
  }
  return has_all;
}

}  // namespace

bool TraceReader::has_all_levels() const {
  if (header().irql_source == IrqlSource::modelled) return false;
  ColumnDecoder decoder;
  return std::ranges::all_of(chunks(), [&](const ChunkInfo& chunk) {
    return chunk.header.kind != ChunkKind::events ||
           format::has_all_levels(state_->bytes.bytes(), chunk, decoder);
  });
}

}  // namespace ddireplay::format
