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
      : bytes_(bytes),
        functions_(functions),
        columns_(columns),
        sites_(columns.site_table.span()),
        entries_(memory.entries_.data()),
        sites_ahead_(memory.pairs_.data(), memory.successors_.data()),
        states_(memory.states_.span(), memory.first_of_site_.data(), memory.newest_site_.data()),
        time_escapes_(bytes.time_escapes),
        thread_escapes_(bytes.thread_escapes),
        site_numbers_(bytes.site_numbers),
        value_masks_(bytes.value_masks),
        value_codes_(bytes.value_codes),
        value_words_(bytes.value_words),
        value_dwords_(bytes.value_dwords),
        value_raws_(bytes.value_raws) {}

  void decode() {
    sites_ahead_.clear();
    states_.clear(functions_.size());
    const std::size_t events = columns_.times.size();
    for (std::size_t i = 0; i < events; ++i) {
      columns_.times[i] = next_time(i);
      columns_.threads[i] = next_thread(i);
      const std::uint32_t number = next_site(static_cast<SiteStep>(bytes_.site_steps[i]));
      columns_.sites[i] = number;
      next_values(number, sites_[number]);
    }
    const bool used_up = value_count_ == columns_.values.size() && site_count_ == sites_.size() &&
                         time_escapes_.at_end() && thread_escapes_.at_end() &&
                         site_numbers_.at_end() && value_masks_.at_end() && value_codes_.at_end() &&
                         value_words_.at_end() && value_dwords_.at_end() && value_raws_.at_end();
    if (!used_up) throw Malformed("one of its columns is too long");
  }

 private:
  std::uint64_t next_time(std::size_t event) {
    const std::uint64_t shown = bytes_.times[event];
    time_ += shown == kTimeEscape ? time_escapes_.take() : shown;
    return time_;
  }

  std::uint64_t next_thread(std::size_t event) {
    const std::uint8_t rank = bytes_.thread_ranks[event];
    if (rank == 0) return threads_.at(0);
    if (rank > ThreadRanks::kEscape) throw Malformed("an event's thread has no such rank");
    const std::uint64_t thread =
        rank == ThreadRanks::kEscape ? thread_escapes_.take() : threads_.at(rank);
    threads_.happened(thread, rank);
    return thread;
  }

  std::uint32_t next_site(SiteStep step) {
    std::uint32_t number = SitePrediction::kNone;
    switch (step) {
      case SiteStep::after_pair:
        number = sites_ahead_.after_pair();
        break;
      case SiteStep::after_one:
        number = sites_ahead_.after_one();
        break;
      case SiteStep::after_one_older:
        number = sites_ahead_.after_one_older();
        break;
      case SiteStep::fresh:
        number = start_site();
        break;
      case SiteStep::numbered:
        number = site_numbers_.take();
        break;
    }
    if (number >= site_count_) throw Malformed("an event's site isn't in its list");
    sites_ahead_.happened(number);
    return number;
  }

  std::uint32_t start_site() {
    if (site_count_ == sites_.size()) throw Malformed("it has more sites than its list");
    const std::uint32_t number = site_count_++;
    stack_ += bytes_.site_stacks[number];
    const Site site = {stack_, bytes_.site_functions[number], bytes_.site_flags[number],
                       bytes_.site_irqls[number]};
    if (site.function >= functions_.size()) {
      throw Malformed("an event's function isn't in its list");
    }
    const std::uint8_t value_count = functions_[site.function].count(site.flags);
    sites_[number] = {site.stack, site.function, site.flags, site.irql, value_count};
    sites_ahead_.begin(number);
    states_.begin(number, site, value_count);
    return number;
  }

  void next_values(std::uint32_t number, const EventSite& site) {
    const std::size_t count = site.value_count;
    if (columns_.values.size() - value_count_ < count) {
      throw Malformed("its events have too many values");
    }
    std::uint64_t* const values = columns_.values.data() + value_count_;
    std::uint64_t* const entries = entries_ + std::size_t{site.function} * kMaxFields;
    ValueState* const states = states_.of(number);
    const bool at_entry = (site.flags & event_flags::exit) == 0;
    unsigned mask = 0;
    for (std::size_t i = 0; i < count; ++i, mask >>= 1) {
      if (i % 8 == 0) mask = value_masks_.take();
      ValueState& state = states[i];
      const std::uint64_t value =
          (mask & 1) == 0 ? state.guessed(entries[i]) : surprise(entries[i], state);
      state.happened(value);
      values[i] = value;
      if (at_entry) entries[i] = value;
    }
    value_count_ += count;
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

  const PredictedBytes& bytes_;
  std::span<const FunctionValues> functions_;
  EventColumns& columns_;
  std::span<EventSite> sites_;
  std::uint64_t* entries_;
  SitePrediction sites_ahead_;
  ThreadRanks threads_;
  RecentAddresses addresses_;
  ValueStates states_;
  Reading<std::uint64_t> time_escapes_;
  Reading<std::uint64_t> thread_escapes_;
  Reading<std::uint32_t> site_numbers_;
  Reading<std::uint8_t> value_masks_;
  Reading<std::uint8_t> value_codes_;
  Reading<std::uint16_t> value_words_;
  Reading<std::uint32_t> value_dwords_;
  Reading<std::uint64_t> value_raws_;
  std::uint64_t time_ = 0;
  std::uint32_t stack_ = 0;
  std::uint32_t site_count_ = 0;
  std::size_t value_count_ = 0;
};

void PredictedDecoder::decode(const PredictedBytes& bytes,
                              std::span<const FunctionValues> functions, EventColumns& columns) {
  const std::size_t sites = bytes.site_functions.size();
  pairs_.resize(SitePrediction::kPairs);
  successors_.resize(sites);
  states_.resize(kValueStates);
  first_of_site_.resize(sites);
  newest_site_.resize(2 * functions.size());
  entries_.resize(functions.size() * kMaxFields);
  std::ranges::fill(entries_.span(), 0);
  Run(*this, bytes, functions, columns).decode();
}

}  // namespace ddireplay::format
