#include "format/merge_plan.h"

#include <algorithm>
#include <unordered_map>

namespace ddireplay::format {

std::vector<MergeStep> plan_merge(std::span<const ChunkInfo> chunks, std::uint64_t start_clock) {
  std::vector<MergeStep> steps;
  // By processor: the last time that is known of it.
  std::unordered_map<std::uint16_t, std::uint64_t> last_times;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const ChunkHeader& header = chunks[i].header;
    if (header.kind != ChunkKind::events) continue;
    const auto [last, is_first] =
        last_times.try_emplace(header.stream, std::min(start_clock, header.first_time));
    const std::uint64_t first_time = std::max(header.first_time, last->second);
    if (header.lost_before != 0 || chunks[i].after_hole) {
      steps.push_back(
          {.key = {last->second, header.stream}, .chunk = i, .is_gap = true, .until = first_time});
    }
    steps.push_back({.key = {first_time, header.stream}, .chunk = i});
    last->second = std::max(first_time, header.last_time);
  }
  // Stable: what shares a key stays in the order of the file.
  std::stable_sort(steps.begin(), steps.end(), [](const MergeStep& left, const MergeStep& right) {
    return left.key < right.key;
  });
  return steps;
}

}  // namespace ddireplay::format
