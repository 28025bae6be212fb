#include "format/merge_plan.h"

#include <algorithm>
#include <unordered_map>

namespace ddireplay::format {

namespace {

// The last time that is known of each processor, and the last chunk that it has.
struct StreamEnd {
  std::uint64_t time = 0;
  std::size_t chunk = 0;
};
using StreamEnds = std::unordered_map<std::uint16_t, StreamEnd>;

void add_open_ends(std::vector<MergeStep>& steps, const StreamEnds& ends) {
  std::uint64_t last = 0;
  for (const auto& [processor, end] : ends) last = std::max(last, end.time);
  for (const auto& [processor, end] : ends) {
    if (end.time == last) continue;
    steps.push_back(
        {.key = {end.time, processor}, .chunk = end.chunk, .is_gap = true, .until = last});
  }
}

}  // namespace

std::vector<MergeStep> plan_merge(std::span<const ChunkInfo> chunks, std::uint64_t start_clock,
                                  bool has_end) {
  std::vector<MergeStep> steps;
  StreamEnds ends;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const ChunkHeader& header = chunks[i].header;
    if (header.kind != ChunkKind::events) continue;
    const auto [last, is_first] =
        ends.try_emplace(header.stream, StreamEnd{std::min(start_clock, header.first_time), i});
    StreamEnd& end = last->second;
    const std::uint64_t first_time = std::max(header.first_time, end.time);
    if (header.lost_before != 0 || chunks[i].after_hole) {
      steps.push_back({.key = {end.time, header.stream},
                       .chunk = i,
                       .is_gap = true,
                       .until = first_time,
                       .lost = header.lost_before});
    }
    steps.push_back({.key = {first_time, header.stream}, .chunk = i});
    end = {std::max(first_time, header.last_time), i};
  }
  if (!has_end) add_open_ends(steps, ends);
  // Stable: what shares a key stays in the order of the file.
  std::stable_sort(steps.begin(), steps.end(), [](const MergeStep& left, const MergeStep& right) {
    return left.key < right.key;
  });
  return steps;
}

}  // namespace ddireplay::format
