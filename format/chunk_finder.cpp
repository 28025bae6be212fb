#include "format/chunk_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "format/freestanding/checksum.h"
#include "format/freestanding/container.h"

namespace ddireplay::format {
namespace {

bool is_plausible(const FileHeader& header) {
  return (header.pointer_bytes == 4 || header.pointer_bytes == 8) && header.clock_hz != 0 &&
         header.irql_source <= IrqlSource::unknown && header.host <= Host::unknown &&
         header.processor_count <= kMaxProcessors &&
         header.reader_version_required <= kFormatVersion;
}

std::string problem_of(Bytes bytes, std::uint64_t offset, const ChunkHeader& header) {
  const std::uint64_t room = bytes.size() - offset - sizeof(ChunkHeader);
  if (header.payload_bytes > kMaxPayloadBytes) return "its payload is larger than any may be";
  if (header.event_count > kMaxEventsPerChunk) return "it has too many events";
  if (header.stream >= kMaxProcessors) return "it has no such processor";
  if (header.payload_bytes > room) {
    return fmt::format("{} of its {} bytes are cut off", header.payload_bytes - room,
                       sizeof(ChunkHeader) + header.payload_bytes);
  }
  const Bytes payload = bytes.subspan(offset + sizeof(ChunkHeader), header.payload_bytes);
  if (checksum(payload.data(), payload.size()) != header.payload_checksum) {
    return "its payload is damaged (the checksum is wrong)";
  }
  return {};
}

class Finder {
 public:
  explicit Finder(std::vector<FoundTrace>& found) : found_(found) {
    for (std::size_t i = 0; i < found.size(); ++i) places_.emplace(found[i].trace_id, i);
  }

  void search(std::size_t source, Bytes bytes) {
    for (std::uint64_t at = find_magic(bytes, 0, kFileMagic); at < bytes.size();
         at = find_magic(bytes, at + 1, kFileMagic)) {
      const auto header = file_header_at_start(bytes.subspan(at));
      if (header) of(header->trace_id).header = header;
    }
    for (std::uint64_t at = find_magic(bytes, 0, kChunkMagic); at < bytes.size();
         at = find_magic(bytes, at, kChunkMagic)) {
      at = take_chunk(source, bytes, at);
    }
  }

 private:
  // Where to go on. The size that a damaged chunk claims may reach over sound ones.
  std::uint64_t take_chunk(std::size_t source, Bytes bytes, std::uint64_t offset) {
    if (bytes.size() - offset < sizeof(ChunkHeader)) return bytes.size();
    FoundChunk chunk{.source = source, .offset = offset};
    chunk.header = load<ChunkHeader>(bytes, offset);
    if (!is_sound(chunk.header)) return offset + 1;
    chunk.problem = problem_of(bytes, offset, chunk.header);
    const std::uint64_t next = chunk.usable() ? chunk.end() : offset + sizeof(ChunkHeader);
    of(chunk.header.trace_id).chunks.push_back(std::move(chunk));
    return next;
  }

  FoundTrace& of(std::uint64_t trace_id) {
    const auto [place, is_new] = places_.try_emplace(trace_id, found_.size());
    if (is_new) found_.push_back({.trace_id = trace_id, .header = {}, .chunks = {}});
    return found_[place->second];
  }

  std::vector<FoundTrace>& found_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
};

}  // namespace

std::uint64_t FoundTrace::events() const {
  std::uint64_t events = 0;
  for (const FoundChunk& chunk : chunks) {
    if (chunk.usable() && chunk.header.kind == ChunkKind::events) {
      events += chunk.header.event_count;
    }
  }
  return events;
}

bool FoundTrace::has_chunks() const {
  return std::ranges::any_of(chunks, [](const FoundChunk& chunk) {
    return chunk.usable() && chunk.header.kind != ChunkKind::memory;
  });
}

std::vector<FoundTrace> find_traces(std::span<const Bytes> sources) {
  std::vector<FoundTrace> found;
  for (std::size_t i = 0; i < sources.size(); ++i) find_more(found, i, sources[i]);
  return found;
}

void find_more(std::vector<FoundTrace>& found, std::size_t source, Bytes bytes) {
  Finder(found).search(source, bytes);
}

std::optional<FileHeader> file_header_at_start(Bytes bytes) {
  if (bytes.size() < sizeof(FileHeader)) return std::nullopt;
  const auto header = load<FileHeader>(bytes, 0);
  const bool is_sound = std::memcmp(header.magic, kFileMagic, sizeof(kFileMagic)) == 0 &&
                        header.checksum == checksum(&header, offsetof(FileHeader, checksum)) &&
                        is_plausible(header);
  return is_sound ? std::optional(header) : std::nullopt;
}

}  // namespace ddireplay::format
