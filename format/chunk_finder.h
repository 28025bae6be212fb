// Finds what is left of traces in any bytes: a damaged trace, a disk image, a dump of memory.
//
// Nothing is believed but checksums, and nothing has to stand at a certain place. Besides the list
// of what was found it needs no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/bytes.h"
#include "format/freestanding/layout.h"

namespace ddireplay::format {

// A chunk whose header is sound.
struct FoundChunk {
  std::size_t source = 0;    // place in the list of what was searched
  std::uint64_t offset = 0;  // of its header, from the start of the source
  ChunkHeader header{};
  std::string problem{};  // why it can't be used; empty: its payload is as it was written

  bool usable() const { return problem.empty(); }
  std::uint64_t end() const { return offset + sizeof(ChunkHeader) + padded(header.payload_bytes); }
};

struct FoundTrace {
  std::uint64_t trace_id = 0;
  std::optional<FileHeader> header;  // none: it was found nowhere
  std::vector<FoundChunk> chunks;    // source by source, in the order in which they stand there

  bool flight = false;  // a recorder's memory was found that says so

  std::uint64_t events() const;  // of usable chunks; what was found twice counts twice
  bool has_chunks() const;       // usable ones
};

// In the order in which their first piece was found.
std::vector<FoundTrace> find_traces(std::span<const Bytes> sources);

// The same bit by bit: adds what one more source has.
void find_more(std::vector<FoundTrace>& found, std::size_t source, Bytes bytes);

// The file header at the start of `bytes`, if a sound one stands there that this version can read.
std::optional<FileHeader> file_header_at_start(Bytes bytes);

}  // namespace ddireplay::format
