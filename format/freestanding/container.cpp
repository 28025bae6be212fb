#include "format/freestanding/container.h"

#include "format/freestanding/checksum.h"

namespace ddireplay::format {

namespace {

// A loop, because a kernel binary need not have memcmp.
template <std::size_t N>
bool matches(const std::uint8_t (&magic)[N], const std::uint8_t (&expected)[N]) {
  for (std::size_t i = 0; i < N; ++i) {
    if (magic[i] != expected[i]) return false;
  }
  return true;
}

template <std::size_t N>
void copy(std::uint8_t (&to)[N], const std::uint8_t (&from)[N]) {
  __builtin_memcpy(to, from, N);
}

std::uint64_t checksum_of(const ChunkHeader& header) {
  return checksum(&header, offsetof(ChunkHeader, header_checksum));
}

std::uint64_t checksum_of(const FileTrailer& trailer) {
  return checksum(&trailer.footer_offset, sizeof(trailer.footer_offset));
}

}  // namespace

void seal_file_header(FileHeader& header) {
  copy(header.magic, kFileMagic);
  header.format_version = kFormatVersion;
  header.reader_version_required = kReaderVersionRequired;
  header.reserved = 0;
  header.checksum = checksum(&header, offsetof(FileHeader, checksum));
}

std::span<const std::byte> seal_chunk(ChunkHeader& header, std::span<std::byte> output,
                                      std::size_t payload_bytes) {
  const std::size_t whole = sizeof(ChunkHeader) + padded(payload_bytes);
  if (output.size() < whole) return {};
  std::byte* const payload = output.data() + sizeof(ChunkHeader);
  __builtin_memset(payload + payload_bytes, 0, padded(payload_bytes) - payload_bytes);
  copy(header.magic, kChunkMagic);
  header.reserved = 0;
  header.payload_bytes = payload_bytes;
  header.payload_checksum = checksum(payload, payload_bytes);
  header.header_checksum = checksum_of(header);
  __builtin_memcpy(output.data(), &header, sizeof(header));
  return output.first(whole);
}

ChunkHeader make_mark(std::uint64_t trace_id, std::uint32_t number, std::uint64_t time) {
  ChunkHeader header{};
  header.trace_id = trace_id;
  header.kind = ChunkKind::mark;
  header.number = number;
  header.first_time = header.last_time = time;
  std::byte chunk[sizeof(ChunkHeader)];
  seal_chunk(header, chunk, 0);
  return header;
}

FileTrailer make_trailer(std::uint64_t footer_offset) {
  FileTrailer trailer{};
  trailer.footer_offset = footer_offset;
  trailer.checksum = checksum_of(trailer);
  copy(trailer.magic, kTrailerMagic);
  return trailer;
}

bool is_sound(const ChunkHeader& header) {
  return matches(header.magic, kChunkMagic) && header.header_checksum == checksum_of(header);
}

bool is_sound(const FileTrailer& trailer) {
  return matches(trailer.magic, kTrailerMagic) && trailer.checksum == checksum_of(trailer);
}

}  // namespace ddireplay::format
