// The columns of an event chunk: their ids and codings, and what passes between the chunk encoder
// and the coding.
//
// A coding is a class like PlainColumns (plain_columns.h): it is fed the events of a chunk in
// order, and gives back the columns as plain bytes, which the chunk encoder compresses, each into
// one zstd frame. The reverse, for the host, is in format/column_decoder.h.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/record.h"

namespace ddireplay::format {

enum class ColumnId : std::uint16_t {
  time = 1,
  thread = 2,
  function = 3,
  flags = 4,
  irql = 5,
  stack = 6,
  values = 7,
  stack_depths = 8,
  stack_frames = 9,
};

enum class ColumnCoding : std::uint16_t {
  plain = 1,  // fixed width, little-endian; time as the difference to the event before
};

// One event on its way into the columns: function and stack are numbered within the chunk.
struct ChunkEvent {
  std::uint64_t time;
  std::uint64_t thread;
  std::span<const std::uint64_t> values;
  std::uint32_t stack;  // kNoStack: none
  std::uint16_t function;
  std::uint8_t irql;
  std::uint8_t flags;
};

// One column before compression.
struct RawColumn {
  ColumnId id;
  ColumnCoding coding;
  std::span<const std::byte> bytes;
};

}  // namespace ddireplay::format
