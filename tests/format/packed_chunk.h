// Chunks of events as no encoder would make them: each part given as it is before compression.
#pragma once

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <zstd.h>

#include <cstdint>
#include <span>
#include <vector>

#include "format/freestanding/columns.h"
#include "format/trace.capnp.h"

namespace ddireplay::format::test {

struct Plane {
  std::uint8_t id = 0;  // ColumnId, or a number that is none
  std::uint8_t plane = 0;
  std::vector<std::uint8_t> bytes{};
};

inline std::vector<std::uint8_t> to_frame(std::span<const std::uint8_t> bytes) {
  // The fastest there is: what matters is what comes out again.
  constexpr int kLevel = -5;
  std::vector<std::uint8_t> frame(ZSTD_compressBound(bytes.size()));
  frame.resize(ZSTD_compress(frame.data(), frame.size(), bytes.data(), bytes.size(), kLevel));
  return frame;
}

inline capnp::Data::Reader to_data(const std::vector<std::uint8_t>& bytes) {
  return {bytes.data(), bytes.size()};
}

inline void put_planes(schema::EventChunk::Builder chunk, std::span<const Plane> planes) {
  std::vector<std::uint8_t> numbers;
  std::vector<std::uint8_t> frames;
  for (const Plane& plane : planes) {
    numbers.insert(numbers.end(), {plane.id, plane.plane});
    const auto frame = to_frame(plane.bytes);
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  chunk.setCoding(static_cast<std::uint16_t>(ColumnCoding::predicted));
  chunk.setPlanes(to_data(numbers));
  chunk.setFrames(to_data(frames));
}

inline std::vector<std::uint8_t> to_bytes(capnp::MessageBuilder& message) {
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asBytes();
  return {bytes.begin(), bytes.end()};
}

// `tables`: a message whose root is a Tables.
inline void put_tables(schema::EventChunk::Builder chunk, capnp::MessageBuilder& tables) {
  chunk.setTables(to_data(to_frame(to_bytes(tables))));
}

}  // namespace ddireplay::format::test
