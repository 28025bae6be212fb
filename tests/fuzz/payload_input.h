// What fuzz_payload reads in front of a payload: the fields of the chunk's header that matter.
#pragma once

#include <cstdint>

#include "format/freestanding/layout.h"

namespace ddireplay::fuzz {

struct PayloadInput {
  std::uint64_t first_time;
  std::uint64_t last_time;
  std::uint32_t event_count;
  std::uint16_t kind;  // any number stands for one of kKinds
  std::uint16_t stream;
};

inline constexpr unsigned kKinds = 4;
// No kind of chunk: the bytes are the tables of a chunk without events, before compression.
inline constexpr std::uint16_t kTablesAlone = 3;

inline PayloadInput to_input(const format::ChunkHeader& header) {
  const auto kind = static_cast<std::uint16_t>(static_cast<unsigned>(header.kind) - 1);
  return {header.first_time, header.last_time, header.event_count, kind, header.stream};
}

inline format::ChunkHeader to_header(const PayloadInput& input) {
  format::ChunkHeader header{};
  header.kind = static_cast<format::ChunkKind>(1 + input.kind % kKinds);
  header.stream = input.stream;
  header.first_time = input.first_time;
  header.last_time = input.last_time;
  header.event_count = input.event_count;
  return header;
}

}  // namespace ddireplay::fuzz
