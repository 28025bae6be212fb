// Remembers where on the stack each return address of a walk was found, so that the same stack need
// not be walked again.
//
// The key is (call site, stack pointer). A function compiled for x64 has a frame of fixed size, so
// the same call site at the same depth finds its caller's return address in the same slot; when
// that holds the remembered value, the same is true of the caller, and so on outwards. Slots are
// re-read in that order, and the first that differs ends the proof: what lies beyond it may be
// another frame, or no stack at all. (Frames of variable size, made by alloca, could be mistaken
// only if the remembered slot happened to hold the very same return address.)
//
// Entries are guarded by a version that is odd while somebody writes. A reader that sees it change,
// and a writer that finds it odd, give up: the memo is a hint, and nobody waits at any IRQL.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/layout.h"
#include "recorder/core/platform.h"
#include "recorder/core/shared_access.h"
#include "recorder/core/stack_table.h"

namespace ddireplay::recorder {

template <class Access>
struct BasicStackMemoEntry {
  template <class T>
  using Atomic = typename Access::template Atomic<T>;

  static constexpr std::size_t kOffsetsPerWord = 4;  // 16 bits each, in units of 8 bytes

  // Of 32 bits, it would be back where it was after an hour of changes, which a thread can sleep.
  Atomic<std::uint64_t> version{0};
  Atomic<std::uint64_t> call_site{0};
  Atomic<std::uint64_t> stack_pointer{0};
  Atomic<std::uint32_t> stack{0};
  Atomic<std::uint64_t> offsets[format::kMaxStackFrames / kOffsetsPerWord] = {};
};

template <class Access>
class BasicStackMemo {
 public:
  using StackMemoEntry = BasicStackMemoEntry<Access>;

  // A power of two of entries.
  void attach(std::span<StackMemoEntry> entries) { entries_ = entries; }

  // The stack of the call whose return address stands at `stack_pointer`, if it can be proved to be
  // one that was seen before; else kNoStack.
  std::uint32_t find(std::uint64_t stack_pointer, const BasicStackTable<Access>& table) const {
    const std::uint64_t call_site = *reinterpret_cast<const std::uint64_t*>(stack_pointer);
    const StackMemoEntry& entry = entry_for(call_site, stack_pointer);
    const std::uint64_t version = entry.version.load(std::memory_order_acquire);
    if ((version & 1) != 0 || entry.call_site.load(std::memory_order_acquire) != call_site ||
        entry.stack_pointer.load(std::memory_order_acquire) != stack_pointer) {
      return format::kNoStack;
    }
    const std::uint32_t stack = entry.stack.load(std::memory_order_acquire);
    if (!same_stack(entry, version, stack_pointer, table, stack)) return format::kNoStack;
    return stack;
  }

  // Remembers a walk. Frames too far away for a 16-bit offset are not remembered. Not inline: its
  // frame would be under that of the walk.
  [[gnu::noinline]] void remember(std::uint64_t stack_pointer,
                                  std::span<const platform::Frame> frames, std::uint32_t stack) {
    StackMemoEntry& entry = entry_for(frames[0].return_address, stack_pointer);
    for (const platform::Frame& frame : frames) {
      if (offset_of(frame, stack_pointer) > 0xffff) return;
    }
    std::uint64_t version = entry.version.load(std::memory_order_relaxed);
    if ((version & 1) != 0 ||
        !entry.version.compare_exchange_strong(version, version + 1, std::memory_order_acquire)) {
      return;
    }
    // Each of these is a release, so that none is seen before the version has become odd.
    entry.call_site.store(frames[0].return_address, std::memory_order_release);
    entry.stack_pointer.store(stack_pointer, std::memory_order_release);
    entry.stack.store(stack, std::memory_order_release);
    for (std::size_t first = 0; first < frames.size(); first += StackMemoEntry::kOffsetsPerWord) {
      std::uint64_t word = 0;
      for (std::size_t i = StackMemoEntry::kOffsetsPerWord; i-- > 0;) {
        const std::size_t number = first + i;
        word <<= 16;
        if (number < frames.size()) word |= offset_of(frames[number], stack_pointer);
      }
      entry.offsets[first / StackMemoEntry::kOffsetsPerWord].store(word, std::memory_order_release);
    }
    entry.version.store(version + 2, std::memory_order_release);
  }

 private:
  static std::uint64_t offset_of(const platform::Frame& frame, std::uint64_t stack_pointer) {
    return (frame.slot - stack_pointer) / sizeof(std::uint64_t);
  }

  static constexpr std::size_t words_for(std::size_t frames) {
    return (frames + StackMemoEntry::kOffsetsPerWord - 1) / StackMemoEntry::kOffsetsPerWord;
  }

  StackMemoEntry& entry_for(std::uint64_t call_site, std::uint64_t stack_pointer) const {
    std::uint64_t hash = (call_site ^ stack_pointer << 20) * 0x9e3779b97f4a7c15;
    return entries_[hash >> 40 & (entries_.size() - 1)];
  }

  // The version must be checked before each look at the stack: offsets that somebody is just
  // overwriting could point anywhere.
  static bool same_stack(const StackMemoEntry& entry, std::uint64_t version,
                         std::uint64_t stack_pointer, const BasicStackTable<Access>& table,
                         std::uint32_t stack) {
    const auto* slots = reinterpret_cast<const std::uint64_t*>(stack_pointer);
    const std::uint64_t* frames = table.frames_of(stack);
    const std::size_t depth = table.entry(stack).depth;
    for (std::size_t word = 0; word < words_for(depth); ++word) {
      std::uint64_t offsets = entry.offsets[word].load(std::memory_order_acquire);
      if (entry.version.load(std::memory_order_relaxed) != version) return false;
      const std::size_t first = word * StackMemoEntry::kOffsetsPerWord;
      const std::size_t left = depth - first;
      for (std::size_t i = 0; i < StackMemoEntry::kOffsetsPerWord && i < left; ++i) {
        if (slots[offsets & 0xffff] != frames[first + i]) return false;
        offsets >>= 16;
      }
    }
    return true;
  }

  std::span<StackMemoEntry> entries_;
};

using StackMemo = BasicStackMemo<SharedAccess>;
using StackMemoEntry = StackMemo::StackMemoEntry;

}  // namespace ddireplay::recorder
