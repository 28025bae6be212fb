// Where chunks end, in the text form: the `chunk` lines between a trace's events.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::format::text {

// Prints nothing as long as the chunks are as a writer ends them that nobody told otherwise. Chunks
// of events are numbered without a hole, in the order in which they are in the file: where one is
// missing, its gap is printed.
class ChunkLines {
 public:
  // Both must outlive this.
  ChunkLines(const TraceReader& reader, fmt::memory_buffer& out);

  bool are_needed() const { return are_needed_; }

  // To be called in front of each event or gap that is printed, and behind it.
  void before(const Event& event);
  void after(const Event& event);
  // Behind the last one.
  void finish();

  // Other chunks of the processor still come.
  bool has_more(std::uint16_t processor) { return !of(processor).chunks.empty(); }

 private:
  struct Chunk {
    const ChunkInfo* info;
    std::uint32_t number;
  };
  // The chunks of one processor that the text hasn't come to the end of.
  struct Pending {
    std::deque<Chunk> chunks;
    std::uint32_t events = 0;  // printed of the first one
    bool gap = false;          // printed in front of the first one
  };

  Pending& of(std::uint16_t processor);
  void end_empty_chunks(std::uint16_t processor, Pending& pending);
  void end(std::uint16_t processor, Pending& pending);
  void print(std::uint16_t processor, std::uint32_t number, std::optional<std::uint64_t> time);

  fmt::memory_buffer& out_;
  bool are_needed_;
  std::uint32_t next_number_ = 0;
  std::vector<Pending> pending_;  // by processor
};

}  // namespace ddireplay::format::text
