// The plain coding: every column an array of fixed width.
//
//   time      u64  difference to the event before; of the first event to 0
//   thread    u64
//   values    u64  of all events, one after the other
//   stack     u32
//   function  u16
//   flags     u8
//   irql      u8
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/columns.h"

namespace ddireplay::format {

class PlainColumns {
 public:
  static constexpr std::size_t kColumnCount = 7;

  // Bytes of scratch memory that the events of a chunk of `slots` slots need.
  static std::size_t scratch_bytes(std::uint32_t slots);

  // `scratch` is 8-byte aligned and must outlive what finish() returns. Both counts must be exact.
  PlainColumns(std::uint32_t event_count, std::uint32_t value_count, std::span<std::byte> scratch);

  void add(const ChunkEvent& event);

  // The columns of all events added.
  std::span<const RawColumn> finish();

 private:
  std::uint64_t* times_;
  std::uint64_t* threads_;
  std::uint64_t* values_;
  std::uint32_t* stacks_;
  std::uint16_t* functions_;
  std::uint8_t* flags_;
  std::uint8_t* irqls_;
  std::uint32_t event_count_ = 0;
  std::uint32_t value_count_ = 0;
  std::uint64_t last_time_ = 0;
  RawColumn columns_[kColumnCount] = {};
};

}  // namespace ddireplay::format
