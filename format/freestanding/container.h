// Sealing and checking what layout.h describes: one place for every writer and reader.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/layout.h"

namespace ddireplay::format {

// Sets magic, versions, reserved bytes and checksum; the rest is the caller's.
void seal_file_header(FileHeader& header);

// Wraps a finished payload of any kind in a chunk. The payload must already lie in `output` behind
// the header. Of `header`, magic, sizes and checksums are set here. Returns the whole chunk,
// padding included; empty when `output` has no room for the padding.
std::span<const std::byte> seal_chunk(ChunkHeader& header, std::span<std::byte> output,
                                      std::size_t payload_bytes);

// A chunk of kind `mark`.
ChunkHeader make_mark(std::uint64_t trace_id, std::uint32_t number, std::uint64_t time);

FileTrailer make_trailer(std::uint64_t footer_offset);

// Magic and checksum are right. What the fields say may still be absurd: the checksum protects from
// accidents, not from malice.
bool is_sound(const ChunkHeader& header);
bool is_sound(const FileTrailer& trailer);

}  // namespace ddireplay::format
