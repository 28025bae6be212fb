#include "format/text/chunk_lines.h"

#include <algorithm>
#include <iterator>

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
    if (chunks[i]->damaged || header.event_count == 0 ||
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
  // Of a flight recording the number of the first one says that there were others before.
  if (reader.condition().begins_late && !chunks.empty()) next_number_ = chunks[0]->header.number;
  are_needed_ = next_number_ != 0 || !reader.open_streams().empty() || !are_as_by_default(chunks);
  for (const ChunkInfo* chunk : chunks) {
    of(chunk->header.stream).chunks.push_back({.info = chunk, .number = next_number_++});
  }
}

ChunkLines::Pending& ChunkLines::of(std::uint16_t processor) {
  if (processor >= pending_.size()) pending_.resize(processor + std::size_t{1});
  return pending_[processor];
}

void ChunkLines::before(const Event& event) {
  end_empty_chunks(event.processor, of(event.processor));
}

void ChunkLines::after(const Event& event) {
  Pending& pending = of(event.processor);
  if (event.function == kGap) {
    pending.gap = true;
    // Behind its last chunk a processor has a gap where another chunk is missing.
    if (pending.chunks.empty()) print(event.processor, next_number_++, event.values[1]);
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
  if (!are_needed_) return;
  fmt::format_to(std::back_inserter(out_), "chunk cpu{} number={}", processor, number);
  if (time) fmt::format_to(std::back_inserter(out_), " time={}", *time);
  out_.push_back('\n');
}

void ChunkLines::end(std::uint16_t processor, Pending& pending) {
  const Chunk& chunk = pending.chunks.front();
  const ChunkHeader& header = chunk.info->header;
  std::optional<std::uint64_t> time;
  if (header.event_count == 0) time = header.first_time;
  if (chunk.info->damaged) time = std::max(header.first_time, header.last_time);
  print(processor, chunk.number, time);
  pending.chunks.pop_front();
  pending.events = 0;
  pending.gap = false;
}

void ChunkLines::finish() {
  for (std::size_t processor = 0; processor < pending_.size(); ++processor) {
    Pending& pending = pending_[processor];
    while (!pending.chunks.empty()) end(static_cast<std::uint16_t>(processor), pending);
  }
}

// Ends the chunks that nothing of what is still to be printed is in. Of one that was refused, the
// gap is: it is printed as a chunk without events, at the time until when they are missing.
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
