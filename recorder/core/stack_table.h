// Every distinct stack once: id -> return addresses.
//
// Insertion and look-up from any processor at any IRQL: nobody waits. Two processors that insert
// the same stack at the same moment may both take an id; one of the two is then never referred to.
// Memory is fixed at the start; when it is used up, new stacks have no id, and are counted.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/record.h"
#include "recorder/core/platform.h"
#include "recorder/core/shared_access.h"

namespace ddireplay::recorder {

template <class Access>
class BasicStackTable {
 public:
  using Number = typename Access::template Atomic<std::uint32_t>;

  // `index` has a power of two of entries, at least twice as many as `stacks`; all of it zeroed.
  void attach(std::span<format::StackEntry> stacks, std::span<std::uint64_t> frames,
              std::span<Number> index) {
    stacks_ = stacks;
    frames_ = frames;
    index_ = index;
  }

  // The id of the stack with these return addresses, or kNoStack.
  [[gnu::noinline]] std::uint32_t id_of(std::span<const platform::Frame> frames) {
    std::uint32_t own = format::kNoStack;
    for (std::size_t at = hash(frames) & mask();; at = (at + 1) & mask()) {
      std::uint32_t entry = index_[at].load(std::memory_order_acquire);
      if (entry == 0) {
        if (own == format::kNoStack) own = add(frames);
        if (own == format::kNoStack) return own;
        if (index_[at].compare_exchange_strong(entry, own + 1, std::memory_order_acq_rel))
          return own;
      }
      if (equals(entry - 1, frames)) return entry - 1;
    }
  }

  const format::StackEntry& entry(std::uint32_t id) const { return stacks_[id]; }
  const std::uint64_t* frames_of(std::uint32_t id) const {
    return frames_.data() + stacks_[id].first_frame;
  }

  // As the encoder wants it. Entries that records refer to are complete.
  format::StackTable view() const {
    return {stacks_.first(used(stack_count_, stacks_.size())),
            frames_.first(used(frame_count_, frames_.size()))};
  }

  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  std::size_t mask() const { return index_.size() - 1; }

  static std::size_t used(const Number& count, std::size_t limit) {
    const std::size_t taken = count.load(std::memory_order_acquire);
    return taken < limit ? taken : limit;
  }

  static std::uint64_t hash(std::span<const platform::Frame> frames) {
    std::uint64_t value = 0x9e3779b97f4a7c15;
    for (const platform::Frame& frame : frames) {
      value = (value ^ frame.return_address) * 0xff51afd7ed558ccd;
      value ^= value >> 32;
    }
    return value;
  }

  // Takes `count` places, or none: a counter that many refused callers keep adding to would wrap.
  static bool take(Number& counter, std::size_t limit, std::size_t count, std::uint32_t& first) {
    first = counter.load(std::memory_order_relaxed);
    do {
      if (first + count > limit) return false;
    } while (!counter.compare_exchange_weak(first, static_cast<std::uint32_t>(first + count),
                                            std::memory_order_acq_rel, std::memory_order_relaxed));
    return true;
  }

  std::uint32_t add(std::span<const platform::Frame> frames) {
    std::uint32_t first_frame = 0;
    std::uint32_t id = 0;
    if (!take(frame_count_, frames_.size(), frames.size(), first_frame) ||
        !take(stack_count_, stacks_.size(), 1, id)) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      return format::kNoStack;
    }
    Access::will_write(&stacks_[id]);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      frames_[first_frame + i] = frames[i].return_address;
    }
    stacks_[id] = {first_frame, static_cast<std::uint32_t>(frames.size())};
    return id;
  }

  bool equals(std::uint32_t id, std::span<const platform::Frame> frames) const {
    const format::StackEntry& stack = stacks_[id];
    Access::will_read(&stack);
    if (stack.depth != frames.size()) return false;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      if (frames_[stack.first_frame + i] != frames[i].return_address) return false;
    }
    return true;
  }

  std::span<format::StackEntry> stacks_;
  std::span<std::uint64_t> frames_;
  std::span<Number> index_;
  Number stack_count_{0};
  Number frame_count_{0};
  typename Access::template Atomic<std::uint64_t> refused_{0};
};

using StackTable = BasicStackTable<SharedAccess>;

}  // namespace ddireplay::recorder
