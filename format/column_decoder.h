// Turns the columns of an event chunk back into arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "format/buffer.h"
#include "format/freestanding/layout.h"
#include "format/freestanding/record.h"
#include "format/trace.capnp.h"

namespace ddireplay::format {

// What the events of one site of a chunk have in common; ids are the chunk's own.
struct EventSite {
  std::uint32_t stack = kNoStack;
  std::uint16_t function = 0;
  std::uint8_t flags = 0;
  std::uint8_t irql = 0;
  std::uint8_t value_count = 0;
};

// The events of one chunk, column by column.
struct EventColumns {
  Buffer<std::uint64_t> times;  // absolute
  Buffer<std::uint64_t> threads;
  Buffer<std::uint64_t> values;  // of all events, one after the other
  Buffer<std::uint32_t> sites;   // places in `site_table`
  Buffer<EventSite> site_table;
  Buffer<std::uint8_t> stack_depths;
  Buffer<std::uint64_t> stack_frames;  // of all stacks, one after the other

  std::size_t bytes() const;  // in use
  void discard();             // what grows with the events: see Buffer
};

// How many values the events of a function have.
struct FunctionValues {
  std::uint8_t at_entry = 0;
  std::uint8_t at_exit = 0;

  std::uint8_t count(std::uint8_t flags) const {
    return (flags & event_flags::exit) != 0 ? at_exit : at_entry;
  }
};

// Keeps what decompression needs from chunk to chunk. One per thread.
class ColumnDecoder {
 public:
  ColumnDecoder();
  ~ColumnDecoder();

  // `functions`: of the chunk. Throws Malformed where a column is missing, has another size than
  // the counts say, would need memory out of all proportion to the payload, or contradicts another.
  // What the values say is not looked at.
  void decode(schema::EventChunk::Reader chunk, const ChunkHeader& header,
              std::span<const FunctionValues> functions, EventColumns& columns);

  // The message that its tables are in, at a word's boundary; it lives until the next call. Throws
  // as above.
  std::span<const std::byte> decode_tables(schema::EventChunk::Reader chunk);

  // The IRQLs of its sites alone; they live until the next call. Throws as above.
  std::span<const std::uint8_t> decode_levels(schema::EventChunk::Reader chunk,
                                              const ChunkHeader& header);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace ddireplay::format
