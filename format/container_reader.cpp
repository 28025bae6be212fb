#include "format/container_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <set>
#include <string_view>

#include "format/bytes.h"
#include "format/chunk_finder.h"
#include "format/footer_reader.h"
#include "format/freestanding/checksum.h"
#include "format/freestanding/container.h"
#include "format/merge_plan.h"
#include "format/payload.h"

namespace ddireplay::format {

namespace {

bool begins_with(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

bool has_file_magic(Bytes file) {
  return file.size() >= sizeof(kFileMagic) &&
         std::memcmp(file.data(), kFileMagic, sizeof(kFileMagic)) == 0;
}

std::string first_bytes(Bytes file) {
  std::string text;
  for (const std::byte byte : file.first(std::min<std::size_t>(file.size(), 8))) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", std::to_integer<unsigned>(byte));
  }
  return text;
}

[[noreturn]] void refuse_foreign(Bytes file, const std::string& name) {
  if (file.empty()) throw Error(name + ": is empty; not a ddireplay trace");
  if (begins_with(file, "ddireplay-text ")) {
    throw Error(name + ": is a trace in text form; make it one with ddireplay convert first");
  }
  throw Error(
      fmt::format("{}: not a ddireplay trace (it begins with {})", name, first_bytes(file)));
}

// The chunk at `offset`, if a sound one of this trace stands there and ends before `end`.
std::optional<ChunkInfo> chunk_at(Bytes file, std::uint64_t offset, std::uint64_t end,
                                  std::uint64_t trace_id) {
  if (offset > end || end - offset < sizeof(ChunkHeader)) return std::nullopt;
  const ChunkInfo chunk{.offset = offset, .header = load<ChunkHeader>(file, offset)};
  if (!is_sound(chunk.header) || chunk.header.trace_id != trace_id) return std::nullopt;
  const std::uint64_t room = end - offset - sizeof(ChunkHeader);
  const std::uint64_t payload = chunk.header.payload_bytes;
  if (payload > kMaxPayloadBytes || padded(payload) > room) return std::nullopt;
  return chunk;
}

std::uint64_t end_of(const ChunkInfo& chunk) {
  return chunk.offset + sizeof(ChunkHeader) + padded(chunk.header.payload_bytes);
}

ChunkInfo from_index(const IndexEntry& entry, std::uint64_t trace_id) {
  ChunkInfo chunk;
  chunk.offset = entry.offset;
  chunk.header.trace_id = trace_id;
  chunk.header.kind = entry.kind;
  chunk.header.stream = entry.stream;
  chunk.header.number = entry.number;
  chunk.header.first_time = entry.first_time;
  chunk.header.last_time = entry.last_time;
  chunk.header.event_count = entry.event_count;
  chunk.header.lost_before = entry.lost_before;
  chunk.header.payload_bytes = entry.payload_bytes;
  return chunk;
}

class ContainerReader {
 public:
  ContainerReader(Bytes file, const std::string& name) : file_(file) {
    result_.header = read_file_header(file, name);
  }

  Container read() && {
    result_.is_indexed = read_index();
    if (!result_.is_indexed && !read_without_trailer()) scan();
    find_missing();
    drop_unusable();
    summarise();
    return std::move(result_);
  }

 private:
  void problem(std::string text) { result_.condition.problems.push_back(std::move(text)); }
  std::uint64_t trace_id() const { return result_.header.trace_id; }

  // True when trailer, footer and index (or, without one, the chunks) agree with each other and
  // account for every byte.
  bool read_index() {
    const std::uint64_t size = file_.size();
    if (size < sizeof(FileHeader) + sizeof(FileTrailer)) return false;
    const std::uint64_t end = size - sizeof(FileTrailer);
    const auto trailer = load<FileTrailer>(file_, end);
    if (!is_sound(trailer)) return false;
    const auto footer = chunk_at(file_, trailer.footer_offset, end, trace_id());
    if (!footer || footer->header.kind != ChunkKind::footer || end_of(*footer) != end) {
      return false;
    }
    return take_footer(*footer);
  }

  // The recorder writes its footer when all else is in the file: what the footer does not tell of
  // was never there.
  bool read_without_trailer() {
    std::uint64_t offset = sizeof(FileHeader);
    auto chunk = chunk_at(file_, offset, file_.size(), trace_id());
    while (chunk && chunk->header.kind != ChunkKind::footer) {
      offset = end_of(*chunk);
      chunk = chunk_at(file_, offset, file_.size(), trace_id());
    }
    if (!chunk) return false;
    const std::uint64_t end = end_of(*chunk);
    if (has_chunk_behind(end) || !take_footer(*chunk)) return false;
    const bool has_trailer = is_trailer_of(*chunk);
    problem(fmt::format(
        "{}{}",
        has_trailer ? "the file does not end where the trace does"
                    : "its trailer is missing or damaged; its footer says that nothing else is",
        unused_text(has_trailer ? end + sizeof(FileTrailer) : end)));
    return true;
  }

  // What stands behind the footer is its trailer, undamaged.
  bool is_trailer_of(const ChunkInfo& footer) const {
    const std::uint64_t end = end_of(footer);
    if (file_.size() - end < sizeof(FileTrailer)) return false;
    const auto trailer = load<FileTrailer>(file_, end);
    return is_sound(trailer) && trailer.footer_offset == footer.offset;
  }

  std::string unused_text(std::uint64_t begin) const {
    if (begin == file_.size()) return {};
    return fmt::format("; offset {}: {} bytes behind the footer are not used{}", begin,
                       file_.size() - begin, other_trace_text(begin));
  }

  // Of files that were joined the second one may still be had.
  std::string other_trace_text(std::uint64_t offset) const {
    const auto header = file_header_at_start(file_.subspan(offset));
    if (!header || header->trace_id == trace_id()) return {};
    return fmt::format(
        "; another trace begins there: `ddireplay repair --carve --trace {:016x}` takes it",
        header->trace_id);
  }

  bool has_chunk_behind(std::uint64_t offset) const {
    for (; offset < file_.size(); offset = find_magic(file_, offset + 1, kChunkMagic)) {
      if (chunk_at(file_, offset, file_.size(), trace_id())) return true;
    }
    return false;
  }

  // False where footer and chunks do not agree.
  bool take_footer(const ChunkInfo& footer) {
    try {
      FooterContents contents = read_footer(checked_payload(file_, footer));
      const bool found = contents.chunks.empty() ? walk_chunks(contents.info, footer)
                                                 : take_chunks(contents.chunks, footer);
      if (!found) return false;
      result_.footer = std::move(contents.info);
    } catch (const Malformed&) {
      return false;
    }
    return true;
  }

  bool take_chunks(std::span<const IndexEntry> entries, const ChunkInfo& footer) {
    std::uint64_t offset = sizeof(FileHeader);
    std::vector<ChunkInfo> chunks;
    for (const IndexEntry& entry : entries) {
      if (entry.offset != offset || entry.payload_bytes > kMaxPayloadBytes) return false;
      chunks.push_back(from_index(entry, trace_id()));
      offset = end_of(chunks.back());
      if (offset > footer.offset) return false;
    }
    if (offset != footer.offset) return false;
    chunks.push_back(footer);
    result_.chunks = std::move(chunks);
    return true;
  }

  // A recorder has room for an index of so many chunks, and leaves it out where there are more.
  // Then the chunks themselves must account for every byte and every event.
  bool walk_chunks(const FooterInfo& info, const ChunkInfo& footer) {
    std::uint64_t offset = sizeof(FileHeader);
    std::uint64_t events = 0;
    std::vector<ChunkInfo> chunks;
    while (offset < footer.offset) {
      const auto chunk = chunk_at(file_, offset, footer.offset, trace_id());
      if (!chunk) return false;
      if (chunk->header.kind == ChunkKind::events) events += chunk->header.event_count;
      chunks.push_back(*chunk);
      offset = end_of(*chunk);
    }
    if (offset != footer.offset || events != info.events) return false;
    chunks.push_back(footer);
    result_.chunks = std::move(chunks);
    return true;
  }

  // Takes every whole chunk of this trace, wherever it stands.
  void scan() {
    result_.condition.recovered = true;
    problem("it was not closed in order, or has been cut: its chunks were looked for one by one");
    std::uint64_t offset = sizeof(FileHeader);
    std::uint64_t hole_begin = offset;
    while (offset < file_.size()) {
      const auto chunk = chunk_at(file_, offset, file_.size(), trace_id());
      if (!chunk) {
        offset = find_magic(file_, offset + 1, kChunkMagic);
        continue;
      }
      note_hole(hole_begin, offset);
      result_.chunks.push_back(*chunk);
      offset = hole_begin = end_of(*chunk);
    }
    note_hole(hole_begin, without_trailer(hole_begin));
    // A flight recording that was not ended goes round in a circle.
    std::ranges::stable_sort(result_.chunks, {},
                             [](const ChunkInfo& chunk) { return chunk.header.number; });
    drop_doubles();
    use_scanned_footer();
  }

  // Files were joined, or a disk has an older copy: of chunks of one number a whole one counts.
  void drop_doubles() {
    std::vector<ChunkInfo> chunks;
    for (const ChunkInfo& chunk : result_.chunks) {
      if (chunks.empty() || chunks.back().header.number != chunk.header.number) {
        chunks.push_back(chunk);
      } else if (!has_whole_payload(chunks.back())) {
        chunks.back() = chunk;
      }
    }
    const std::size_t doubles = result_.chunks.size() - chunks.size();
    if (doubles == 0) return;
    problem(
        fmt::format("chunks are in it more than once, {} too many; of each one is used", doubles));
    result_.chunks = std::move(chunks);
  }

  bool has_whole_payload(const ChunkInfo& chunk) const {
    try {
      checked_payload(file_, chunk);
      return true;
    } catch (const Malformed&) {
      return false;
    }
  }

  // The end of the file, or of what stands in front of a sound trailer.
  std::uint64_t without_trailer(std::uint64_t offset) const {
    const std::uint64_t size = file_.size();
    const bool has_room = size - offset >= sizeof(FileTrailer);
    const std::uint64_t end = size - sizeof(FileTrailer);
    return has_room && is_sound(load<FileTrailer>(file_, end)) ? end : size;
  }

  void note_hole(std::uint64_t begin, std::uint64_t end) {
    if (begin == end) return;
    result_.condition.skipped_bytes += end - begin;
    problem(fmt::format("offset {}: {} bytes belong to no whole chunk{}", begin, end - begin,
                        other_trace_text(begin)));
  }

  // Chunks are numbered as they were written: where numbers are missing, chunks are.
  void find_missing() {
    std::uint64_t expected = 0;
    std::set<std::uint16_t> streams, seen_since;
    bool any_missing = false;
    for (ChunkInfo& chunk : result_.chunks) {
      const std::uint32_t number = chunk.header.number;
      if (number > expected) {
        note_missing(static_cast<std::uint32_t>(expected), number - 1);
        seen_since.clear();
        any_missing = true;
      }
      expected = std::max<std::uint64_t>(expected, number + std::uint64_t{1});
      if (any_missing && chunk.header.kind == ChunkKind::mark) chunk.after_hole = true;
      if (chunk.header.kind != ChunkKind::events || chunk.header.stream >= kMaxProcessors) continue;
      streams.insert(chunk.header.stream);
      chunk.after_hole = seen_since.insert(chunk.header.stream).second && any_missing;
    }
    if (result_.condition.missing_chunks != 0) note_open_streams(streams, seen_since);
  }

  // What is missing may have been the last chunk of a processor that has none behind it, or the
  // only one of a processor that has none at all: one gap stands for all of these.
  void note_open_streams(std::set<std::uint16_t> streams,
                         const std::set<std::uint16_t>& seen_since) {
    if (const auto unseen = first_without_chunk(streams, result_.header.processor_count)) {
      streams.insert(*unseen);
    }
    std::ranges::set_difference(streams, seen_since, std::back_inserter(result_.open_streams));
  }

  void note_missing(std::uint32_t first, std::uint32_t last) {
    // A flight recording has lost its beginning, as it was meant to.
    if (first == 0 && result_.footer && result_.footer->flight) {
      result_.condition.begins_late = true;
      return;
    }
    result_.condition.missing_chunks += std::uint64_t{last} - first + 1;
    problem(first == last ? fmt::format("chunk {} is missing", first)
                          : fmt::format("chunks {} to {} are missing", first, last));
  }

  // A file that lacks only its end may still have its summary.
  void use_scanned_footer() {
    for (ChunkInfo& chunk : result_.chunks) {
      if (chunk.header.kind != ChunkKind::footer) continue;
      try {
        result_.footer = read_footer(checked_payload(file_, chunk)).info;
      } catch (const Malformed& malformed) {
        refuse(chunk, malformed.what());
      }
    }
  }

  void refuse(ChunkInfo& chunk, std::string_view why) {
    chunk.damaged = true;
    ++result_.condition.damaged_chunks;
    problem(
        fmt::format("offset {}: chunk {} is refused: {}", chunk.offset, chunk.header.number, why));
  }

  // Refuses what no decoder may ever see.
  void drop_unusable() {
    for (ChunkInfo& chunk : result_.chunks) {
      if (chunk.header.kind != ChunkKind::events || chunk.damaged) continue;
      if (chunk.header.event_count > kMaxEventsPerChunk) refuse(chunk, "it has too many events");
      if (chunk.header.stream >= kMaxProcessors) refuse(chunk, "it has no such processor");
    }
  }

  void summarise() {
    Condition& condition = result_.condition;
    for (const ChunkInfo& chunk : result_.chunks) {
      if (chunk.header.kind == ChunkKind::events) {
        condition.lost_events += chunk.header.lost_before;
      }
    }
    if (!result_.footer) return;
    const FooterInfo& footer = *result_.footer;
    condition.has_footer = true;
    condition.lost_events = std::max(condition.lost_events, footer.lost);
    if (is_in_order(footer.end_reason)) return;
    condition.recovered = true;
    problem(fmt::format("{}: what came after its last chunk isn't known",
                        footer.end_reason == EndReason::recovered ? "it was recovered earlier"
                        : footer.end_reason == EndReason::disk_full
                            ? "the disk was full"
                            : "its recorder did not close it"));
  }

  Bytes file_;
  Container result_;
};

}  // namespace

FileHeader read_file_header(std::span<const std::byte> file, const std::string& name) {
  if (!has_file_magic(file)) refuse_foreign(file, name);
  if (file.size() < sizeof(FileHeader)) {
    throw Error(
        fmt::format("{}: is cut off within its file header ({} of {} bytes); record it again", name,
                    file.size(), sizeof(FileHeader)));
  }
  const auto needed = load<FileHeader>(file, 0).reader_version_required;
  if (needed > kFormatVersion) {
    throw Error(
        fmt::format("{}: needs a reader of format {}, this one reads up to {}: update "
                    "ddireplay",
                    name, needed, kFormatVersion));
  }
  const std::optional<FileHeader> header = file_header_at_start(file);
  if (!header) {
    throw Error(name + ": its file header is damaged; get an undamaged copy, or record it again");
  }
  return *header;
}

Container read_container(std::span<const std::byte> file, const std::string& name) {
  return ContainerReader(file, name).read();
}

}  // namespace ddireplay::format
