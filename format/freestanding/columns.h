// The columns of an event chunk: their ids and codings, and what passes between the chunk encoder
// and the coding.
//
// The coding (predicted_columns.h) is fed the events of a chunk in order, and gives back the
// columns as plain bytes, which the chunk encoder compresses, each into one zstd frame. The
// reverse, for the host, is in format/predicted_decoder.h.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/record.h"

namespace ddireplay::format {

// What a column holds, in items of so many bytes. An item of several bytes stands in as many
// planes, its lowest byte in plane 0: bytes of one weight are alike, and compress better by
// themselves. A plane that a chunk doesn't have is all zeros; one that has no items isn't there
// either.
//
//   times           2  of each event: the difference to the one before, of the first to 0
//   time_escapes    8  differences that have no room there: it says kTimeEscape
//   thread_ranks    1  of each event: ThreadRanks
//   thread_escapes  8  threads that are not among them
//   site_steps      1  of each event: SiteStep
//   site_numbers    4  of those that are `numbered`
//   site_functions  2  of each site, by number
//   site_flags      1
//   site_irqls      1
//   site_stacks     4  difference to the site before, by fold_sign(); of the first to 0
//   value_masks     1  of each event, a bit for each value that was not guessed: as many bytes as
//                      the values take, the first value in the lowest bit
//   value_codes     1  of each such value: ValueCode, or a place in RecentAddresses
//   value_words     2  differences to the last value, by sign
//   value_dwords    4
//   value_raws      8
//   stack_depths    1  of each stack
//   stack_shared    1  how many of its outermost frames are those of its base, an earlier stack
//   stack_bases     4  how many stacks lie between it and its base
//   stack_frames    8  the others, innermost first, of all stacks
enum class ColumnId : std::uint8_t {
  times = 1,
  time_escapes,
  thread_ranks,
  thread_escapes,
  site_steps,
  site_numbers,
  site_functions,
  site_flags,
  site_irqls,
  site_stacks,
  value_masks,
  value_codes,
  value_words,
  value_dwords,
  value_raws,
  stack_depths,
  stack_shared,
  stack_bases,
  stack_frames,
};

enum class ColumnCoding : std::uint16_t {
  predicted = 1,  // what prediction.h did not guess
};

// What the tables of a chunk may unfold into, of a frame of so many bytes. No encoder makes larger
// ones, no reader takes them.
constexpr std::uint64_t table_bytes_max(std::uint64_t frame_bytes) {
  return (std::uint64_t{512} << 10) + 256 * frame_bytes;
}

inline constexpr std::uint64_t kTimeEscape = 0xffff;

// Small differences of either sign as small numbers, so that their upper planes are zeros.
constexpr std::uint32_t fold_sign(std::uint32_t difference) {
  return difference << 1 ^ (0 - (difference >> 31));
}
constexpr std::uint32_t unfold_sign(std::uint32_t folded) {
  return folded >> 1 ^ (0 - (folded & 1));
}

// One event on its way into the columns: function and stack are numbered within the chunk.
struct ChunkEvent {
  std::uint64_t time;
  std::uint64_t thread;
  std::span<const std::uint64_t> values;
  std::uint32_t stack;  // kNoStack: none
  std::uint16_t function;
  std::uint8_t irql;
  std::uint8_t flags;
};

// A column on its way into a chunk. Its planes are of `capacity` bytes each, one behind the other.
template <std::size_t kPlanes>
struct FillingColumn {
  static constexpr std::size_t kItemBytes = kPlanes;

  std::uint8_t* bytes = nullptr;
  std::size_t capacity = 0;
  std::size_t count = 0;

  void push(std::uint64_t item) {
    for (std::size_t plane = 0; plane < kPlanes; ++plane) {
      bytes[plane * capacity + count] = static_cast<std::uint8_t>(item >> 8 * plane);
    }
    ++count;
  }
  std::span<const std::uint8_t> plane(std::size_t number) const {
    return {bytes + number * capacity, count};
  }
};

}  // namespace ddireplay::format
