// Turns the columns of an event chunk back into arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "format/buffer.h"
#include "format/freestanding/layout.h"
#include "format/trace.capnp.h"

namespace ddireplay::format {

// The events of one chunk, column by column; ids are the chunk's own.
struct EventColumns {
  Buffer<std::uint64_t> times;  // absolute
  Buffer<std::uint64_t> threads;
  Buffer<std::uint64_t> values;  // of all events, one after the other
  Buffer<std::uint32_t> stacks;
  Buffer<std::uint16_t> functions;
  Buffer<std::uint8_t> flags;
  Buffer<std::uint8_t> irqls;
  Buffer<std::uint8_t> stack_depths;
  Buffer<std::uint64_t> stack_frames;  // of all stacks, one after the other

  std::size_t bytes() const;  // in use
};

// Keeps what decompression needs from chunk to chunk. One per thread.
class ColumnDecoder {
 public:
  ColumnDecoder();
  ~ColumnDecoder();

  // Throws Malformed where a column is missing, has another size than the counts say, or would need
  // memory out of all proportion to the payload. What the values say is not looked at.
  void decode(schema::EventChunk::Reader chunk, const ChunkHeader& header, EventColumns& columns);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace ddireplay::format
