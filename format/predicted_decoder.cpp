#include "format/predicted_decoder.h"

#include <algorithm>

#include "format/freestanding/columns.h"
#include "format/payload.h"

namespace ddireplay::format {

namespace {

// Reads an array from its front.
template <class T>
class Reading {
 public:
  explicit Reading(const Buffer<T>& items)
      : next_(items.data()), end_(items.data() + items.size()) {}

  T take() {
    if (next_ == end_) throw Malformed("one of its columns is too short");
    return *next_++;
  }
  bool at_end() const { return next_ == end_; }

 private:
  const T* next_;
  const T* end_;
};

}  // namespace

// One chunk.
class PredictedDecoder::Run {
 public:
  Run(PredictedDecoder& memory, const PredictedBytes& bytes,
      std::span<const FunctionValues> functions, EventColumns& columns)
      : memory_(memory),
        bytes_(bytes),
        functions_(functions),
        columns_(columns),
        sites_(columns.site_table.span()),
        ahead_(memory.pairs_.data(), memory.successors_.data(), columns.sites.size()),
        states_(memory.states_.span(), memory.first_of_site_.data(), memory.newest_site_.data()),
        site_numbers_(bytes.site_numbers),
        value_masks_(bytes.value_masks),
        value_codes_(bytes.value_codes),
        value_words_(bytes.value_words),
        value_dwords_(bytes.value_dwords),
        value_raws_(bytes.value_raws) {}

  // Column by column, so that what one of them needs stays in registers. Values come last: they
  // depend on the sites.
  void decode() {
    decode_times();
    decode_threads();
    decode_sites_and_values();
  }

 private:
  template <class... Columns>
  static void check_used_up(const Columns&... columns) {
    if (!(columns.at_end() && ...)) throw Malformed("one of its columns is too long");
  }

  void decode_times() {
    Reading escapes(bytes_.time_escapes);
    std::uint64_t time = 0;
    for (std::size_t i = 0; i < columns_.times.size(); ++i) {
      const std::uint64_t shown = bytes_.times[i];
      time += shown == kTimeEscape ? escapes.take() : shown;
      columns_.times[i] = time;
    }
    check_used_up(escapes);
  }

  void decode_threads() {
    Reading escapes(bytes_.thread_escapes);
    ThreadRanks threads;
    std::uint64_t thread = threads.at(0);
    for (std::size_t i = 0; i < columns_.threads.size(); ++i) {
      const std::uint8_t rank = bytes_.thread_ranks[i];
      if (rank != 0) {
        if (rank > ThreadRanks::kEscape) throw Malformed("an event's thread has no such rank");
        thread = rank == ThreadRanks::kEscape ? escapes.take() : threads.at(rank);
        threads.happened(thread, rank);
      }
      columns_.threads[i] = thread;
    }
    check_used_up(escapes);
  }

  // One loop: the next site can't be told before this one is known, and its values can be decoded
  // meanwhile.
  void decode_sites_and_values() {
    fill_site_table();
    ahead_.clear();
    states_.clear(functions_.size());
    std::uint64_t* next_value = columns_.values.data();
    std::size_t room = columns_.values.size();
    for (std::size_t i = 0; i < columns_.sites.size(); ++i) {
      const std::uint32_t number = next_site(bytes_.site_steps[i]);
      columns_.sites[i] = number;
      const EventSite& site = sites_[number];
      if (room < site.value_count) throw Malformed("its events have too many values");
      decode_values_of(site, states_.of(number), next_value);
      next_value += site.value_count;
      room -= site.value_count;
    }
    if (site_count_ != sites_.size() || room != 0) {
      throw Malformed("one of its columns is too long");
    }
    check_used_up(site_numbers_, value_masks_, value_codes_, value_words_, value_dwords_,
                  value_raws_);
  }

  std::uint32_t next_site(std::uint8_t step) {
    std::uint32_t number = SitePrediction::kNone;
    if (step < SitePrediction::kGuesses) {
      number = ahead_.guess(step);
    } else if (step == static_cast<std::uint8_t>(SiteStep::fresh)) {
      number = start_site();
    } else if (step == static_cast<std::uint8_t>(SiteStep::numbered)) {
      number = site_numbers_.take();
    }
    if (number >= site_count_) throw Malformed("an event's site isn't in its list");
    ahead_.happened(number);
    return number;
  }

  std::uint32_t start_site() {
    if (site_count_ == sites_.size()) throw Malformed("it has more sites than its list");
    const EventSite& site = sites_[site_count_];
    ahead_.begin(site_count_);
    states_.begin(site_count_, {site.stack, site.function, site.flags, site.irql},
                  site.value_count);
    return site_count_++;
  }

  void fill_site_table() {
    std::uint32_t stack = 0;
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      stack += unfold_sign(bytes_.site_stacks[i]);
      const std::uint16_t function = bytes_.site_functions[i];
      if (function >= functions_.size()) {
        throw Malformed("an event's function isn't in its list");
      }
      const std::uint8_t flags = bytes_.site_flags[i];
      sites_[i] = {stack, function, flags, bytes_.site_irqls[i], functions_[function].count(flags)};
    }
  }

  void decode_values_of(const EventSite& site, ValueState* states, std::uint64_t* values) {
    std::uint64_t* const entries =
        memory_.entries_.data() + std::size_t{site.function} * kMaxFields;
    const bool at_entry = (site.flags & event_flags::exit) == 0;
    unsigned mask = 0;
    for (std::size_t i = 0; i < site.value_count; ++i, mask >>= 1) {
      if (i % 8 == 0) mask = value_masks_.take();
      const std::uint64_t entered = entries[i];
      const std::uint64_t value =
          (mask & 1) == 0 ? states[i].guessed(entered) : surprise(entered, states[i]);
      states[i].happened(value);
      values[i] = value;
      entries[i] = at_entry ? value : entered;
    }
  }

  std::uint64_t surprise(std::uint64_t at_entry, ValueState& state) {
    const std::uint8_t code = value_codes_.take();
    if (code < kRecentAddresses) return addresses_.at(code);
    const auto how = static_cast<ValueCode>(code);
    switch (how) {
      case ValueCode::same:
      case ValueCode::stride:
      case ValueCode::entry:
        state.guess = how;
        return state.guessed(at_entry);
      case ValueCode::word:
        return address(state.last + sign_extended<std::int16_t>(value_words_.take()));
      case ValueCode::dword:
        return address(state.last + sign_extended<std::int32_t>(value_dwords_.take()));
      case ValueCode::raw:
        return address(value_raws_.take());
    }
    throw Malformed("a value has an unknown code");
  }

  template <class Signed>
  static std::uint64_t sign_extended(std::make_unsigned_t<Signed> stored) {
    return static_cast<std::uint64_t>(std::int64_t{static_cast<Signed>(stored)});
  }

  std::uint64_t address(std::uint64_t value) {
    addresses_.add(value);
    return value;
  }

  PredictedDecoder& memory_;
  const PredictedBytes& bytes_;
  std::span<const FunctionValues> functions_;
  EventColumns& columns_;
  std::span<EventSite> sites_;
  SitePrediction ahead_;
  ValueStates states_;
  RecentAddresses addresses_;
  std::uint32_t site_count_ = 0;  // that have begun
  Reading<std::uint32_t> site_numbers_;
  Reading<std::uint8_t> value_masks_;
  Reading<std::uint8_t> value_codes_;
  Reading<std::uint16_t> value_words_;
  Reading<std::uint32_t> value_dwords_;
  Reading<std::uint64_t> value_raws_;
};

void PredictedDecoder::decode(const PredictedBytes& bytes,
                              std::span<const FunctionValues> functions, EventColumns& columns) {
  const std::size_t sites = bytes.site_functions.size();
  pairs_.resize(SitePrediction::kPairsMax);
  successors_.resize(sites + 1);
  states_.resize(kValueStates);
  first_of_site_.resize(sites);
  newest_site_.resize(2 * functions.size());
  entries_.resize(functions.size() * kMaxFields);
  std::ranges::fill(entries_.span(), 0);
  Run(*this, bytes, functions, columns).decode();
}

}  // namespace ddireplay::format
