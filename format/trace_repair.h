// Makes a whole trace of what was found of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "format/chunk_finder.h"
#include "format/trace_reader.h"

namespace ddireplay::format {

// Chunks with these numbers are in the trace no longer.
struct MissingChunks {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

// Events of a processor are missing in front of an event of the repaired trace.
struct MissingEvents {
  std::uint16_t processor = 0;
  std::uint64_t count = 0;   // 0: not known, perhaps none
  std::uint64_t before = 0;  // position; that behind the last event: at the end
};

struct Repair {
  std::uint64_t events = 0;            // that the repaired trace has
  std::uint64_t chunks = 0;            // of events and symbols
  std::vector<FoundChunk> refused;     // that could not be used, and were found nowhere else
  std::vector<MissingChunks> missing;  // refused ones among them
  std::vector<MissingEvents> gaps;
  bool knows_end = false;  // its recorder's last word was found
  bool header_was_missing = false;
  std::uint64_t last_time = 0;  // of what was kept; ticks since the recording began
  std::uint64_t clock_hz = 0;
  bool complete = false;  // nothing is missing, and nothing was when it was recorded
  std::vector<std::string> notices;

  bool lost_nothing() const { return missing.empty() && knows_end && !header_was_missing; }
};

// Writes every usable chunk of `trace`, once and in the order of their numbers, to `output`, with
// an index. It gets that name when it has been read back, event by event; until then a file that
// has the name stays as it is. Where a chunk can't be used but its header says how many events it
// had, they are counted as lost where they were. Throws Error: nothing usable, or it can't be
// written or read back.
Repair repair_trace(std::span<const Bytes> sources, const FoundTrace& trace,
                    const std::string& output);

// Ranges of `file` that belong to nothing which was kept: {offset, bytes}.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};
std::vector<ByteRange> unused_ranges(Bytes file, const FoundTrace& trace);

}  // namespace ddireplay::format
