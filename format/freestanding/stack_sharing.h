// Finds, for each stack of a chunk, an earlier one that has the same callers: as many of the
// outermost frames as can be found.
//
// Every run of outermost frames of the stacks so far has a place in a table, by its hash. The table
// only hints: what it says is compared, and a place that two runs want is the later one's.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/carver.h"
#include "format/freestanding/chunk_encoder.h"

namespace ddireplay::format {

class StackSharing {
 public:
  struct Shared {
    std::uint32_t with =
        0;  // number of an earlier stack; of the one before where nothing is shared
    std::uint32_t frames = 0;  // how many
  };

  void place(Carver& carver) { runs_ = carver.take<Run>(kRunsMax); }

  // Before a chunk. `stacks` are the numbers of its stacks in `table`, in order.
  void begin(const StackTable& table, std::span<const std::uint32_t> stacks) {
    table_ = &table;
    stacks_ = stacks;
    std::size_t frames = 0;
    for (std::uint32_t i = 0; i < stacks.size(); ++i) frames += frames_of(i).size();
    run_mask_ = std::min(std::bit_ceil(2 * frames + 1), kRunsMax) - 1;
    for (std::size_t i = 0; i <= run_mask_; ++i) runs_[i] = {};
  }

  std::span<const std::uint64_t> frames_of(std::uint32_t number) const {
    const StackEntry& entry = table_->stacks[stacks_[number]];
    return table_->frames.subspan(entry.first_frame, entry.depth);
  }

  // To be called for each stack, in order.
  Shared next(std::uint32_t number) {
    const std::span<const std::uint64_t> stack = frames_of(number);
    Shared best{number == 0 ? 0 : number - 1, 0};
    if (number != 0) best.frames = common_frames(stack, frames_of(best.with));
    std::uint64_t hash = kHashSeed;
    std::uint32_t hint = best.with;
    bool is_known = true;
    for (std::size_t i = stack.size(); i > 0; --i) {
      hash = (hash ^ stack[i - 1]) * kHashFactor;
      hash ^= hash >> 29;
      Run& run = runs_[hash & run_mask_];
      const auto tag = static_cast<std::uint32_t>(hash >> 32);
      is_known = is_known && run.tag == tag;
      if (is_known) {
        hint = run.stack;
      } else {
        run = {tag, number};
      }
    }
    if (hint < number && hint != best.with) {
      const std::uint32_t frames = common_frames(stack, frames_of(hint));
      if (frames > best.frames) best = {hint, frames};
    }
    return best;
  }

 private:
  static constexpr std::size_t kRunsMax = std::size_t{1} << 14;
  static constexpr std::uint64_t kHashSeed = 0x9e3779b97f4a7c15;
  static constexpr std::uint64_t kHashFactor = 0xff51afd7ed558ccd;

  struct Run {
    std::uint32_t tag = 0;
    std::uint32_t stack = 0;
  };

  static std::uint32_t common_frames(std::span<const std::uint64_t> stack,
                                     std::span<const std::uint64_t> other) {
    const std::size_t depth = stack.size() < other.size() ? stack.size() : other.size();
    std::size_t common = 0;
    while (common < depth && stack[stack.size() - 1 - common] == other[other.size() - 1 - common]) {
      ++common;
    }
    return static_cast<std::uint32_t>(common);
  }

  const StackTable* table_ = nullptr;
  std::span<const std::uint32_t> stacks_;
  Run* runs_ = nullptr;
  std::size_t run_mask_ = 0;  // a chunk takes as many places as its stacks may fill half of
};

}  // namespace ddireplay::format
