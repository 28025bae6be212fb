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

bool numbers_ascend(const std::vector<const ChunkInfo*>& chunks) {
  for (std::size_t i = 1; i < chunks.size(); ++i) {
    if (chunks[i]->header.number <= chunks[i - 1]->header.number) return false;
  }
  return true;
}

}  // namespace

ChunkLines::ChunkLines(const TraceReader& reader, fmt::memory_buffer& out) : out_(out) {
  const auto chunks = event_chunks(reader);
  const bool has_all = reader.condition().missing_chunks == 0;
  are_needed_ = !has_all || !are_as_by_default(chunks);
  if (!are_needed_) return;
  keeps_numbers_ = has_all && numbers_ascend(chunks);
  for (const ChunkInfo* chunk : chunks) pending_[chunk->header.stream].chunks.push_back(chunk);
}

void ChunkLines::Pending::drop_first() {
  chunks.pop_front();
  events = 0;
  gap = false;
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
    if (pending.chunks.empty() && !keeps_numbers_) print(event.processor, event.time);
    end_empty_chunks(event.processor, pending);
    return;
  }
  if (++pending.events == pending.chunks.front()->header.event_count) {
    end(event.processor, pending);
  }
}

// `time`: of a chunk without events.
void ChunkLines::print(std::uint16_t processor, std::optional<std::uint64_t> time) {
  fmt::format_to(std::back_inserter(out_), "chunk cpu{} number={}", processor, next_number_++);
  if (time) fmt::format_to(std::back_inserter(out_), " time={}", *time);
  out_.push_back('\n');
}

void ChunkLines::end(std::uint16_t processor, Pending& pending) {
  const ChunkHeader& header = pending.chunks.front()->header;
  if (keeps_numbers_) next_number_ = header.number;
  const bool is_empty = header.event_count == 0;
  print(processor, is_empty ? std::optional(header.first_time) : std::nullopt);
  pending.drop_first();
}

void ChunkLines::finish() {
  for (auto& [processor, pending] : pending_) end_empty_chunks(processor, pending);
}

// Ends the chunks that nothing of what is still to be printed is in. One that was refused has no
// line: by now its gap stands in its place.
void ChunkLines::end_empty_chunks(std::uint16_t processor, Pending& pending) {
  while (!pending.chunks.empty()) {
    const ChunkInfo& chunk = *pending.chunks.front();
    if (chunk.damaged) {
      pending.drop_first();
      continue;
    }
    const bool has_gap = chunk.header.lost_before != 0 || chunk.after_hole;
    const bool gap_is_due = has_gap && !pending.gap;
    if (chunk.header.event_count != 0 || gap_is_due) return;
    end(processor, pending);
  }
}

}  // namespace ddireplay::format::text
