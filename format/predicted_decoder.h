// Turns the columns of prediction (format/freestanding/columns.h) back into events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "format/buffer.h"
#include "format/column_decoder.h"
#include "format/freestanding/prediction.h"

namespace ddireplay::format {

// The columns of a chunk's events, decompressed.
struct PredictedBytes {
  Buffer<std::uint16_t> times;
  Buffer<std::uint64_t> time_escapes;
  Buffer<std::uint8_t> thread_ranks;
  Buffer<std::uint64_t> thread_escapes;
  Buffer<std::uint8_t> site_steps;
  Buffer<std::uint32_t> site_numbers;
  Buffer<std::uint16_t> site_functions;
  Buffer<std::uint8_t> site_flags;
  Buffer<std::uint8_t> site_irqls;
  Buffer<std::uint32_t> site_stacks;
  Buffer<std::uint8_t> value_masks;
  Buffer<std::uint8_t> value_codes;
  Buffer<std::uint16_t> value_words;
  Buffer<std::uint32_t> value_dwords;
  Buffer<std::uint64_t> value_raws;
};

// Keeps its memory from chunk to chunk. One per thread.
class PredictedDecoder {
 public:
  // Fills the events' part of `columns`, all of whose buffers have been sized: times, threads and
  // sites for each event, values for all, the table for each site. `bytes.times`, `thread_ranks`
  // and `site_steps` are of that size, too. Throws Malformed where the columns contradict each
  // other, or name a function that isn't there.
  void decode(const PredictedBytes& bytes, std::span<const FunctionValues> functions,
              EventColumns& columns);

 private:
  class Run;

  std::vector<std::uint32_t> pairs_;
  Buffer<SitePrediction::Successors> successors_;
  Buffer<ValueState> states_;
  Buffer<std::uint32_t> first_of_site_;
  Buffer<std::uint32_t> newest_site_;
  Buffer<std::uint64_t> entries_;
};

}  // namespace ddireplay::format
