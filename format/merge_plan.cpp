#include "format/merge_plan.h"

#include <algorithm>

namespace ddireplay::format {

void MergePlanner::add(std::span<const ChunkInfo> chunks, std::vector<MergeStep>& steps) {
  for (; known_ < chunks.size(); ++known_) {
    const ChunkInfo& chunk = chunks[known_];
    if (chunk.header.kind == ChunkKind::mark) take_mark(chunk);
    if (chunk.header.kind == ChunkKind::events) take_events(chunk, known_, steps);
  }
}

// A mark tells of what comes behind it. What came before it and is in no chunk may be of any time:
// a stream's gap must not begin at a mark that stands behind the hole.
void MergePlanner::take_mark(const ChunkInfo& chunk) {
  has_hole_ = has_hole_ || chunk.after_hole;
  if (!has_hole_) mark_ = std::max(mark_, chunk.header.first_time);
}

void MergePlanner::take_events(const ChunkInfo& chunk, std::size_t place,
                               std::vector<MergeStep>& steps) {
  const ChunkHeader& header = chunk.header;
  has_hole_ = has_hole_ || chunk.after_hole;
  const auto [known, is_first] =
      ends_.try_emplace(header.stream, std::min(start_clock_, header.first_time));
  std::uint64_t& end = known->second;
  start_ = std::min(start_, end);
  const std::uint64_t begin = std::max(end, mark_);
  const std::uint64_t first_time = std::max(header.first_time, begin);
  if (header.lost_before != 0 || chunk.after_hole) {
    steps.push_back({.key = {begin, header.stream},
                     .is_gap = true,
                     .until = first_time,
                     .lost = header.lost_before});
  }
  steps.push_back({.key = {first_time, header.stream}, .chunk = place});
  end = std::max(first_time, header.last_time);
}

std::uint64_t MergePlanner::last_end() const {
  std::uint64_t last = 0;
  for (const auto& [processor, end] : ends_) last = std::max(last, end);
  return last;
}

void MergePlanner::add_open_ends(std::uint32_t processors, std::vector<MergeStep>& steps) const {
  const std::uint64_t last = last_end();
  const auto unseen = first_without_chunk(ends_, processors);
  if (unseen && std::max(start_, mark_) < last) {
    steps.push_back({.key = {std::max(start_, mark_), *unseen}, .is_gap = true, .until = last});
  }
  for (const auto& [processor, end] : ends_) {
    const std::uint64_t begin = std::max(end, mark_);
    if (begin >= last) continue;
    steps.push_back({.key = {begin, processor}, .is_gap = true, .until = last});
  }
}

void MergePlanner::add_open_ends(std::span<const std::uint16_t> processors,
                                 std::vector<MergeStep>& steps) const {
  const std::uint64_t last = last_end();
  for (const std::uint16_t processor : processors) {
    const auto end = ends_.find(processor);
    const std::uint64_t begin = std::max(end == ends_.end() ? start_ : end->second, mark_);
    steps.push_back({.key = {begin, processor}, .is_gap = true, .until = std::max(begin, last)});
  }
}

std::uint64_t MergePlanner::settled_until(std::uint32_t processors) const {
  if (ends_.empty() || ends_.size() < processors) return mark_;
  const auto least = std::min_element(
      ends_.begin(), ends_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return std::max(mark_, least->second);
}

void sort_steps(std::vector<MergeStep>& steps) {
  std::stable_sort(steps.begin(), steps.end(), [](const MergeStep& left, const MergeStep& right) {
    return left.key < right.key;
  });
}

}  // namespace ddireplay::format
