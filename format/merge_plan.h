// In which order the chunks of several processors come into play when their events are merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::format {

// The order of all events: by time, then by processor. Within a processor it is the order in which
// they were recorded.
struct MergeKey {
  std::uint64_t time = 0;
  std::uint16_t processor = 0;

  constexpr bool operator==(const MergeKey&) const = default;
  constexpr bool operator<(const MergeKey& other) const {
    return time != other.time ? time < other.time : processor < other.processor;
  }
};

struct MergeStep {
  MergeKey key;             // never below the keys of what comes before it in its stream
  std::size_t chunk = 0;    // place in the reader's list
  bool is_gap = false;      // stands for losses, not for the chunk
  std::uint64_t until = 0;  // of a gap: time of what follows it in its stream
  std::uint64_t lost = 0;   // of a gap
};

// Sorted by key. From headers alone: no payload is looked at. `has_end`: the recorder closed the
// trace. Otherwise some processors' last events are in it and others' are not, so that every
// stream has a gap between its own end and that of the trace.
std::vector<MergeStep> plan_merge(std::span<const ChunkInfo> chunks, std::uint64_t start_clock,
                                  bool has_end = true);

}  // namespace ddireplay::format
