#include "format/text/chunk_lines.h"

#include <iterator>
#include <vector>

#include "format/trace_writer.h"

namespace ddireplay::format::text {

namespace {

std::vector<const ChunkInfo*> event_chunks(const TraceReader& reader) {
  std::vector<const ChunkInfo*> chunks;
  for (const ChunkInfo& chunk : reader.chunks()) {
    if (chunk.header.kind == ChunkKind::events) chunks.push_back(&chunk);
  }
  return chunks;
}

// One chunk for each processor, and those in order.
bool are_as_by_default(const std::vector<const ChunkInfo*>& chunks) {
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const ChunkHeader& header = chunks[i]->header;
    if (header.number != i || header.event_count == 0 ||
        header.event_count > WriterOptions().events_per_chunk ||
        (i > 0 && header.stream <= chunks[i - 1]->header.stream)) {
      return false;
    }
  }
  return true;
}

}  // namespace

ChunkLines::ChunkLines(const TraceReader& reader, fmt::memory_buffer& out) : out_(out) {
  const auto chunks = event_chunks(reader);
  are_needed_ = reader.condition().missing_chunks != 0 || !are_as_by_default(chunks);
  if (!are_needed_) return;
  for (const ChunkInfo* chunk : chunks) {
    pending_[chunk->header.stream].chunks.push_back({.info = chunk, .number = next_number_++});
  }
}

void ChunkLines::before(const Event& event) {
  if (are_needed_) end_empty_chunks(event.processor, pending_[event.processor]);
}

void ChunkLines::after(const Event& event) {
  if (!are_needed_) return;
  Pending& pending = pending_[event.processor];
  if (event.function == kGap) {
    pending.gap = true;
    // Behind its last chunk a processor has a gap where another chunk is missing.
    if (pending.chunks.empty()) print(event.processor, next_number_++, event.time);
    end_empty_chunks(event.processor, pending);
    return;
  }
  if (++pending.events == pending.chunks.front().info->header.event_count) {
    end(event.processor, pending);
  }
}

// `time`: of a chunk without events.
void ChunkLines::print(std::uint16_t processor, std::uint32_t number,
                       std::optional<std::uint64_t> time) {
  fmt::format_to(std::back_inserter(out_), "chunk cpu{} number={}", processor, number);
  if (time) fmt::format_to(std::back_inserter(out_), " time={}", *time);
  out_.push_back('\n');
}

void ChunkLines::end(std::uint16_t processor, Pending& pending) {
  const Chunk& chunk = pending.chunks.front();
  const ChunkHeader& header = chunk.info->header;
  const bool is_empty = header.event_count == 0 || chunk.info->damaged;
  print(processor, chunk.number, is_empty ? std::optional(header.first_time) : std::nullopt);
  pending.chunks.pop_front();
  pending.events = 0;
  pending.gap = false;
}

void ChunkLines::finish() {
  for (auto& [processor, pending] : pending_) end_empty_chunks(processor, pending);
}

// Ends the chunks that nothing of what is still to be printed is in. Of one that was refused, the
// gap is: it is printed as a chunk without events.
void ChunkLines::end_empty_chunks(std::uint16_t processor, Pending& pending) {
  while (!pending.chunks.empty()) {
    const ChunkInfo& chunk = *pending.chunks.front().info;
    const bool is_empty = chunk.header.event_count == 0 || chunk.damaged;
    const bool has_gap = chunk.header.lost_before != 0 || chunk.after_hole || chunk.damaged;
    if (!is_empty || (has_gap && !pending.gap)) return;
    end(processor, pending);
  }
}

}  // namespace ddireplay::format::text
