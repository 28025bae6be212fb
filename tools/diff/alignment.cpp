#include "tools/diff/alignment.h"

#include <algorithm>

namespace ddireplay::tools::diff {
namespace {

using Sequence = std::span<const std::uint64_t>;
using Index = std::int32_t;

constexpr Index kMostEdits = 400;  // of one piece: time and memory grow with its square

// One piece of the edit script, from the beginning of both sequences.
class Piece {
 public:
  Piece(Sequence good, Sequence bad)
      : good_(good),
        bad_(bad),
        good_size_(static_cast<Index>(good.size())),
        bad_size_(static_cast<Index>(bad.size())) {}

  // Appends its matches, moved by the two offsets; returns how far it came on both sides.
  std::pair<Index, Index> run(Matches& matches, std::uint32_t good_offset,
                              std::uint32_t bad_offset) {
    std::pair<Index, Index> end = furthest(search());
    std::vector<std::pair<Index, Index>> found = trace_back(end);
    for (auto pair = found.rbegin(); pair != found.rend(); ++pair) {
      matches.emplace_back(good_offset + static_cast<std::uint32_t>(pair->first),
                           bad_offset + static_cast<std::uint32_t>(pair->second));
    }
    return end;
  }

 private:
  // rows_[d][k + d]: how far into `good` d edits lead on the diagonal k.
  bool is_down(Index d, Index k, const std::vector<Index>& before) const {
    if (k == -d) return true;
    if (k == d) return false;
    return reach(before, d - 1, k - 1) < reach(before, d - 1, k + 1);
  }
  static Index reach(const std::vector<Index>& row, Index d, Index k) {
    return row[static_cast<std::size_t>(k + d)];
  }

  Index slide(Index x, Index k) const {
    Index y = x - k;
    while (x < good_size_ && y < bad_size_ && x >= 0 && y >= 0 &&
           good_[static_cast<std::size_t>(x)] == bad_[static_cast<std::size_t>(y)]) {
      ++x;
      ++y;
    }
    return x;
  }

  // Number of edits at which it ended.
  Index search() {
    rows_.push_back({slide(0, 0)});
    Index d = 0;
    while (!is_end(d) && d < kMostEdits) {
      ++d;
      std::vector<Index> row(static_cast<std::size_t>(2 * d + 1));
      const std::vector<Index>& before = rows_.back();
      for (Index k = -d; k <= d; k += 2) {
        const Index start =
            is_down(d, k, before) ? reach(before, d - 1, k + 1) : reach(before, d - 1, k - 1) + 1;
        row[static_cast<std::size_t>(k + d)] = slide(start, k);
      }
      rows_.push_back(std::move(row));
    }
    return d;
  }

  bool is_end(Index d) const {
    const Index k = good_size_ - bad_size_;
    if (k < -d || k > d || (d + k) % 2 != 0) return false;
    return reach(rows_.back(), d, k) >= good_size_;
  }

  std::pair<Index, Index> furthest(Index d) const {
    if (is_end(d)) return {good_size_, bad_size_};
    std::pair<Index, Index> best{0, 0};
    for (Index k = -d; k <= d; k += 2) {
      const Index x = reach(rows_.back(), d, k);
      const Index y = x - k;
      if (x > good_size_ || y > bad_size_ || x < 0 || y < 0) continue;
      if (x + y > best.first + best.second) best = {x, y};
    }
    return best;
  }

  std::vector<std::pair<Index, Index>> trace_back(std::pair<Index, Index> end) const {
    std::vector<std::pair<Index, Index>> found;
    auto [x, y] = end;
    for (auto d = static_cast<Index>(rows_.size()) - 1; d >= 0; --d) {
      const Index k = x - y;
      Index from_x = 0;
      Index from_k = 0;
      Index first_x = 0;  // behind the edit
      if (d > 0) {
        const std::vector<Index>& before = rows_[static_cast<std::size_t>(d - 1)];
        const bool down = is_down(d, k, before);
        from_k = down ? k + 1 : k - 1;
        from_x = reach(before, d - 1, from_k);
        first_x = down ? from_x : from_x + 1;
      }
      for (; x > first_x; --x, --y) found.emplace_back(x - 1, y - 1);
      x = from_x;
      y = from_x - from_k;
    }
    return found;
  }

  Sequence good_;
  Sequence bad_;
  Index good_size_;
  Index bad_size_;
  std::vector<std::vector<Index>> rows_;
};

// What lies between two matches, aligned by the keys of `level` and those behind it.
void align_part(const Keys& good, const Keys& bad, std::size_t level, std::uint32_t good_begin,
                std::uint32_t good_end, std::uint32_t bad_begin, std::uint32_t bad_end,
                Matches& out) {
  if (good_begin == good_end || bad_begin == bad_end || level == good.levels.size()) return;
  const Sequence left(good.levels[level]);
  const Sequence right(bad.levels[level]);
  const Matches matches = align(left.subspan(good_begin, good_end - good_begin),
                                right.subspan(bad_begin, bad_end - bad_begin));
  const std::uint32_t good_origin = good_begin;
  const std::uint32_t bad_origin = bad_begin;
  for (const auto& match : matches) {
    const std::uint32_t x = good_origin + match.first;
    const std::uint32_t y = bad_origin + match.second;
    align_part(good, bad, level + 1, good_begin, x, bad_begin, y, out);
    out.emplace_back(x, y);
    good_begin = x + 1;
    bad_begin = y + 1;
  }
  align_part(good, bad, level + 1, good_begin, good_end, bad_begin, bad_end, out);
}

}  // namespace

Matches align(Sequence good, Sequence bad) {
  Matches matches;
  const auto shorter = static_cast<std::uint32_t>(std::min(good.size(), bad.size()));
  // What they begin alike with comes before what they end alike with: of two equal elements of
  // which one side has but one, it is the first.
  std::uint32_t head = 0;
  while (head < shorter && good[head] == bad[head]) ++head;
  std::uint32_t tail = 0;
  while (tail < shorter - head && good[good.size() - 1 - tail] == bad[bad.size() - 1 - tail]) {
    ++tail;
  }
  for (std::uint32_t i = 0; i < head; ++i) matches.emplace_back(i, i);
  std::uint32_t good_at = head;
  std::uint32_t bad_at = head;
  const auto good_end = static_cast<std::uint32_t>(good.size()) - tail;
  const auto bad_end = static_cast<std::uint32_t>(bad.size()) - tail;
  while (good_at < good_end && bad_at < bad_end) {
    Piece piece(good.subspan(good_at, good_end - good_at), bad.subspan(bad_at, bad_end - bad_at));
    const auto [x, y] = piece.run(matches, good_at, bad_at);
    good_at += static_cast<std::uint32_t>(x);
    bad_at += static_cast<std::uint32_t>(y);
  }
  for (std::uint32_t i = 0; i < tail; ++i) matches.emplace_back(good_end + i, bad_end + i);
  return matches;
}

Matches align_by_levels(const Keys& good, const Keys& bad) {
  Matches matches;
  align_part(good, bad, 0, 0, static_cast<std::uint32_t>(good.levels.front().size()), 0,
             static_cast<std::uint32_t>(bad.levels.front().size()), matches);
  return matches;
}

}  // namespace ddireplay::tools::diff
