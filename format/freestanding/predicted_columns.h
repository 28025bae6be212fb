// The coding of events: what prediction.h does not guess, column by column (columns.h).
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/carver.h"
#include "format/freestanding/columns.h"
#include "format/freestanding/prediction.h"

namespace ddireplay::format {

class PredictedColumns {
 public:
  // Bytes of scratch memory that the events of a chunk of `slots` slots need, and bytes that all
  // columns have at most.
  static std::size_t scratch_bytes(std::uint32_t slots, std::uint32_t functions);
  static std::size_t output_bytes(std::uint32_t slots);
  static constexpr std::size_t kPlanes = 38;  // of all columns

  // `scratch` is aligned for a Carver, and must outlive what finish() returns. The counts are
  // exact; functions are those that the events refer to.
  PredictedColumns(std::uint32_t event_count, std::uint32_t value_count, std::uint32_t functions,
                   std::span<std::byte> scratch);

  void add(const ChunkEvent& event);

  // Calls put(id, column) for the columns of all events added. Stops where it returns false.
  template <class Put>
  bool put_columns(const Put& put) const {
    return put(ColumnId::times, times_) && put(ColumnId::time_escapes, time_escapes_) &&
           put(ColumnId::thread_ranks, thread_ranks_) &&
           put(ColumnId::thread_escapes, thread_escapes_) &&
           put(ColumnId::site_steps, site_steps_) && put(ColumnId::site_numbers, site_numbers_) &&
           put(ColumnId::site_functions, site_functions_) &&
           put(ColumnId::site_flags, site_flags_) && put(ColumnId::site_irqls, site_irqls_) &&
           put(ColumnId::site_stacks, site_stacks_) && put(ColumnId::value_masks, value_masks_) &&
           put(ColumnId::value_codes, value_codes_) && put(ColumnId::value_words, value_words_) &&
           put(ColumnId::value_dwords, value_dwords_) && put(ColumnId::value_raws, value_raws_);
  }

 private:
  struct Memory;

  PredictedColumns(Carver carver, std::uint32_t event_count, std::uint32_t value_count,
                   std::uint32_t functions);
  PredictedColumns(const Memory& memory, Carver& carver, std::size_t event_count,
                   std::size_t value_count);

  void add_time(std::uint64_t time);
  void add_thread(std::uint64_t thread);
  std::uint32_t add_site(const Site& site, std::size_t value_count);
  std::uint32_t number_of(const Site& site);
  void start_site(const Site& site, std::size_t value_count);
  void add_values(std::uint32_t number, const Site& site, std::span<const std::uint64_t> values);
  void add_surprise(std::uint64_t value, std::uint64_t at_entry, ValueState& state);

  SitePrediction sites_ahead_;
  ThreadRanks threads_;
  RecentAddresses addresses_;
  ValueStates states_;

  Site* sites_;
  std::uint32_t site_count_ = 0;
  std::uint32_t* numbers_;  // hash table of sites' numbers
  std::uint32_t numbers_mask_;
  std::uint64_t* entries_;  // by function: the values of its last call when that was entered
  std::uint64_t last_time_ = 0;

  FillingColumn<2> times_;
  FillingColumn<8> time_escapes_;
  FillingColumn<1> thread_ranks_;
  FillingColumn<8> thread_escapes_;
  FillingColumn<1> site_steps_;
  FillingColumn<4> site_numbers_;
  FillingColumn<2> site_functions_;
  FillingColumn<1> site_flags_;
  FillingColumn<1> site_irqls_;
  FillingColumn<4> site_stacks_;
  FillingColumn<1> value_masks_;
  FillingColumn<1> value_codes_;
  FillingColumn<2> value_words_;
  FillingColumn<4> value_dwords_;
  FillingColumn<8> value_raws_;
};

}  // namespace ddireplay::format
