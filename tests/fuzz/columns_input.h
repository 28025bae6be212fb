// What fuzz_columns reads: the columns of one chunk as they are before compression, so that
// changing a byte changes an event and not a frame of zstd.
//
//   ColumnsHead, then head.functions bytes (one for each function, as FunctionShape), then planes:
//   a PlaneHead and its bytes, up to the end
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/format/packed_chunk.h"

namespace ddireplay::fuzz {

struct ColumnsHead {
  std::uint16_t events = 0;
  std::uint16_t values = 0;
  std::uint16_t stacks = 0;
  std::uint16_t frames = 0;
  std::uint16_t functions = 0;
};

struct PlaneHead {
  std::uint8_t id = 0;
  std::uint8_t plane = 0;
  std::uint16_t bytes = 0;
};

struct ColumnsInput {
  ColumnsHead head;
  // Of each function: its parameters in the low bits, and whether it has a result.
  std::vector<std::uint8_t> shapes;
  std::vector<format::test::Plane> planes;
};

inline constexpr std::uint8_t kShapeParameters = 0x0f;
inline constexpr std::uint8_t kShapeResult = 0x10;

// Takes any bytes; what is cut off counts as empty.
ColumnsInput parse_columns(std::span<const std::uint8_t> bytes);
std::vector<std::uint8_t> to_bytes(const ColumnsInput& input);

}  // namespace ddireplay::fuzz
