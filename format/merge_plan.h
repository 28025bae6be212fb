// In which order the chunks of several processors come into play when their events are merged.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
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
  std::size_t chunk = 0;    // place in the reader's list; of no gap
  bool is_gap = false;      // stands for losses, not for the chunk
  std::uint64_t until = 0;  // of a gap: time of what follows it in its stream
  std::uint64_t lost = 0;   // of a gap
};

// The lowest of so many processors that has no chunk. Nothing: each has one.
template <class Streams>
std::optional<std::uint16_t> first_without_chunk(const Streams& streams, std::uint32_t processors) {
  const auto end = static_cast<std::uint16_t>(std::min(processors, kMaxProcessors));
  for (std::uint16_t processor = 0; processor < end; ++processor) {
    if (!streams.contains(processor)) return processor;
  }
  return std::nullopt;
}

// Makes the steps of chunks as these become known, in the order of their numbers. From headers
// alone: no payload is looked at.
class MergePlanner {
 public:
  explicit MergePlanner(std::uint64_t start_clock) : start_clock_(start_clock) {}

  // Adds the steps of all chunks that it has not been shown before.
  void add(std::span<const ChunkInfo> chunks, std::vector<MergeStep>& steps);

  // For a trace that its recorder did not close: some processors' last events are in it and
  // others' are not, so that every stream has a gap between its own end and that of the trace. Of
  // so many processors those without a chunk have one gap together, from the beginning on.
  void add_open_ends(std::uint32_t processors, std::vector<MergeStep>& steps) const;

  // The same of these processors alone, whose last chunk may be missing from a trace that was
  // closed in order: each has a gap at its end, even where no other has a later event.
  void add_open_ends(std::span<const std::uint16_t> processors,
                     std::vector<MergeStep>& steps) const;

  // No step that is still to come has an earlier time, if so many processors were recorded.
  std::uint64_t settled_until(std::uint32_t processors) const;

 private:
  void take_mark(const ChunkInfo& chunk);
  void take_events(const ChunkInfo& chunk, std::size_t place, std::vector<MergeStep>& steps);

  std::uint64_t last_end() const;

  std::uint64_t start_clock_;
  std::uint64_t start_ = start_clock_;  // or that of an earlier event
  std::size_t known_ = 0;               // chunks
  std::uint64_t mark_ = 0;
  bool has_hole_ = false;
  std::unordered_map<std::uint16_t, std::uint64_t> ends_;  // by processor: its last known time
};

// Stable: what shares a key stays in the order of the file.
void sort_steps(std::vector<MergeStep>& steps);

}  // namespace ddireplay::format
