// One chunk in a container that is sound, so that a reader looks at the payload.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "format/freestanding/container.h"

namespace ddireplay::fuzz {

// Of `chunk`, sizes and checksums are set here.
inline std::vector<std::byte> in_container(format::ChunkHeader chunk,
                                           std::span<const std::byte> payload) {
  using namespace format;
  FileHeader file{};
  file.pointer_bytes = 8;
  file.clock_hz = 10'000'000;
  seal_file_header(file);
  std::vector<std::byte> bytes(sizeof(file) + sizeof(chunk) + padded(payload.size()));
  std::memcpy(bytes.data(), &file, sizeof(file));
  if (!payload.empty()) {
    std::memcpy(&bytes[sizeof(file) + sizeof(chunk)], payload.data(), payload.size());
  }
  seal_chunk(chunk, std::span(bytes).subspan(sizeof(file)), payload.size());
  return bytes;
}

}  // namespace ddireplay::fuzz
