// Several streams of events, each in order, as one: which of them has the earliest event.
//
// A tree of matches. The streams are its leaves, and every inner node knows which of the leaves
// below it is the earliest. When the earliest stream has moved on, only the matches on its way to
// the root are played anew, without a branch that would have to be guessed: which processor's event
// comes next is as good as random.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "format/merge_plan.h"

namespace ddireplay::format {

// Stream: what has `key()`, the MergeKey of its next event. All keys of one stream have the same
// processor. Doesn't own the streams.
template <class Stream>
class CursorTree {
 public:
  bool empty() const { return streams_.empty(); }
  // The place of the earliest one; it has another when streams come and go.
  std::uint32_t first_place() const { return winners_[1]; }
  Stream& at(std::uint32_t place) const { return *streams_[place]; }
  std::uint64_t time_at(std::uint32_t place) const { return times_[place]; }
  MergeKey first_key() const { return at(first_place()).key(); }

  void add(Stream* stream) {
    const auto behind = std::find_if(streams_.begin(), streams_.end(), [&](const Stream* other) {
      return stream->key().processor < other->key().processor;
    });
    streams_.insert(behind, stream);
    play_all();
  }
  void drop_first() {
    streams_.erase(streams_.begin() + static_cast<std::ptrdiff_t>(first_place()));
    play_all();
  }
  // The earliest one, which is at `best`, has moved on to an event of that time. Gives the place of
  // the one that is the earliest now.
  std::uint32_t first_moved(std::uint32_t best, std::uint64_t time) {
    times_[best] = time;
    for (std::size_t node = leaves_ + best; node > 1; node /= 2) {
      const std::uint32_t other = winners_[node ^ 1];
      const std::uint64_t other_time = times_[other];
      // Of equal times the one to the left is first, which has the lower processor. Computed with
      // masks: of conditions the compiler makes branches.
      const std::uint64_t is_right = node & 1;
      const std::uint64_t loses =
          std::uint64_t{other_time < time} | (std::uint64_t{other_time == time} & is_right);
      best ^= (best ^ other) & static_cast<std::uint32_t>(-loses);
      time ^= (time ^ other_time) & -loses;
      winners_[node / 2] = best;
    }
    return best;
  }
  // As long as its events are earlier than this the earliest one, at `best`, remains so.
  std::uint64_t time_of_second(std::uint32_t best) const {
    std::uint64_t time = std::numeric_limits<std::uint64_t>::max();
    for (std::size_t node = leaves_ + best; node > 1; node /= 2) {
      time = std::min(time, times_[winners_[node ^ 1]]);
    }
    return time;
  }

 private:
  void play_all() {
    leaves_ = std::bit_ceil(std::max<std::size_t>(streams_.size(), 1));
    times_.assign(leaves_, std::numeric_limits<std::uint64_t>::max());
    // Of a single leaf, which is the root, winners_[1] is itself.
    winners_.assign(2 * leaves_, 0);
    for (std::size_t i = 0; i < leaves_; ++i) {
      winners_[leaves_ + i] = static_cast<std::uint32_t>(i);
      if (i < streams_.size()) times_[i] = streams_[i]->key().time;
    }
    for (std::size_t node = leaves_ - 1; node > 0; --node) {
      const std::uint32_t left = winners_[2 * node];
      const std::uint32_t right = winners_[2 * node + 1];
      winners_[node] = times_[right] < times_[left] ? right : left;
    }
  }

  std::vector<Stream*> streams_;  // by processor
  std::size_t leaves_ = 1;        // a power of two; those behind the streams never win
  std::vector<std::uint64_t> times_;
  std::vector<std::uint32_t> winners_;  // by node: the root is 1, the leaves are the last half
};

}  // namespace ddireplay::format
