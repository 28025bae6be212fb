#include "format/freestanding/predicted_columns.h"

namespace ddireplay::format {

namespace {

constexpr std::uint32_t kNone = SitePrediction::kNone;

// Twice as many places as there may be sites, in a power of two.
std::size_t hash_places(std::size_t events) {
  std::size_t places = 64;
  while (places < 2 * events) places *= 2;
  return places;
}

std::uint32_t hash_of(const Site& site) {
  const std::uint64_t key = std::uint64_t{site.stack} << 32 | std::uint64_t{site.function} << 16 |
                            std::uint64_t{site.flags} << 8 | site.irql;
  return static_cast<std::uint32_t>(key * 0x9e3779b97f4a7c15u >> 32);
}

constexpr std::size_t mask_bytes(std::size_t values) { return (values + 7) / 8; }

// Columns and planes that lie a power of two apart would compete for the same lines of the cache.
constexpr std::size_t kStridePadding = 5 * Carver::kAlignment;

template <class Column>
void take(Carver& carver, Column& column, std::size_t count) {
  column.capacity = count + kStridePadding;
  column.bytes = carver.take<std::uint8_t>(Column::kItemBytes * column.capacity);
}

}  // namespace

// Everything that is carved from the scratch memory.
struct PredictedColumns::Memory {
  std::uint32_t* pairs;
  SitePrediction::Successors* successors;
  ValueState* states;
  std::uint32_t* first_of_site;
  std::uint32_t* newest_site;
  Site* sites;
  std::uint32_t* numbers;
  std::uint32_t numbers_mask;
  std::uint64_t* entries;
  Memory(Carver& carver, std::size_t event_count, std::size_t functions);
};

PredictedColumns::Memory::Memory(Carver& carver, std::size_t event_count, std::size_t functions) {
  pairs = carver.take<std::uint32_t>(SitePrediction::kPairsMax);
  successors = carver.take<SitePrediction::Successors>(event_count + 1);
  states = carver.take<ValueState>(kValueStates);
  first_of_site = carver.take<std::uint32_t>(event_count);
  newest_site = carver.take<std::uint32_t>(2 * functions);
  sites = carver.take<Site>(event_count);
  numbers = carver.take<std::uint32_t>(hash_places(event_count));
  numbers_mask = static_cast<std::uint32_t>(hash_places(event_count) - 1);
  entries = carver.take<std::uint64_t>(functions * kMaxFields);
}

std::size_t PredictedColumns::scratch_bytes(std::uint32_t slots, std::uint32_t functions) {
  Carver carver(nullptr);
  const Memory memory(carver, slots, functions);
  const PredictedColumns measured(memory, carver, slots, slots * kValuesPerFurtherSlot);
  return carver.bytes();
}

std::size_t PredictedColumns::output_bytes(std::uint32_t slots) {
  constexpr std::size_t kPerEvent = 2 + 8 + 1 + 8 + 1 + 4 + 2 + 1 + 1 + 4 + 1;
  constexpr std::size_t kPerValue = 1 + 1 + 8;
  return std::size_t{slots} * (kPerEvent + kValuesPerFurtherSlot * kPerValue);
}

PredictedColumns::PredictedColumns(std::uint32_t event_count, std::uint32_t value_count,
                                   std::uint32_t functions, std::span<std::byte> scratch)
    : PredictedColumns(Carver(scratch.data()), event_count, value_count, functions) {}

PredictedColumns::PredictedColumns(Carver carver, std::uint32_t event_count,
                                   std::uint32_t value_count, std::uint32_t functions)
    : PredictedColumns(Memory(carver, event_count, functions), carver, event_count, value_count) {
  sites_ahead_.clear();
  states_.clear(functions);
  for (std::size_t i = 0; i <= numbers_mask_; ++i) numbers_[i] = kNone;
  __builtin_memset(entries_, 0, std::size_t{functions} * kMaxFields * sizeof(std::uint64_t));
}

PredictedColumns::PredictedColumns(const Memory& memory, Carver& carver, std::size_t event_count,
                                   std::size_t value_count)
    : sites_ahead_(memory.pairs, memory.successors, event_count),
      states_({memory.states, kValueStates}, memory.first_of_site, memory.newest_site),
      sites_(memory.sites),
      numbers_(memory.numbers),
      numbers_mask_(memory.numbers_mask),
      entries_(memory.entries) {
  take(carver, times_, event_count);
  take(carver, time_escapes_, event_count);
  take(carver, thread_ranks_, event_count);
  take(carver, thread_escapes_, event_count);
  take(carver, site_steps_, event_count);
  take(carver, site_numbers_, event_count);
  take(carver, site_functions_, event_count);
  take(carver, site_flags_, event_count);
  take(carver, site_irqls_, event_count);
  take(carver, site_stacks_, event_count);
  take(carver, value_masks_, event_count + value_count / 8);
  take(carver, value_codes_, value_count);
  take(carver, value_words_, value_count);
  take(carver, value_dwords_, value_count);
  take(carver, value_raws_, value_count);
}

void PredictedColumns::add(const ChunkEvent& event) {
  const Site site = {event.stack, event.function, event.flags, event.irql};
  add_time(event.time);
  add_thread(event.thread);
  const std::uint32_t number = add_site(site, event.values.size());
  add_values(number, site, event.values);
}

void PredictedColumns::add_time(std::uint64_t time) {
  const std::uint64_t difference = time - last_time_;
  last_time_ = time;
  const std::uint64_t shown = difference < kTimeEscape ? difference : kTimeEscape;
  times_.push(shown);
  if (shown == kTimeEscape) time_escapes_.push(difference);
}

void PredictedColumns::add_thread(std::uint64_t thread) {
  const std::uint8_t rank = threads_.rank_of(thread);
  thread_ranks_.push(rank);
  if (rank == ThreadRanks::kEscape) thread_escapes_.push(thread);
  if (rank != 0) threads_.happened(thread, rank);
}

std::uint32_t PredictedColumns::add_site(const Site& site, std::size_t value_count) {
  const auto is_right = [&](std::uint32_t guess) {
    return guess != kNone && sites_[guess] == site;
  };
  const auto step = [&](SiteStep how, std::uint32_t number) {
    site_steps_.push(static_cast<std::uint8_t>(how));
    sites_ahead_.happened(number);
    return number;
  };
  if (const auto guess = sites_ahead_.after_pair(); is_right(guess)) {
    return step(SiteStep::after_pair, guess);
  }
  if (const auto guess = sites_ahead_.after_one(); is_right(guess)) {
    return step(SiteStep::after_one, guess);
  }
  if (const auto guess = sites_ahead_.after_one_older(); is_right(guess)) {
    return step(SiteStep::after_one_older, guess);
  }
  const std::uint32_t before = site_count_;
  const std::uint32_t number = number_of(site);
  if (site_count_ != before) {
    start_site(site, value_count);
    return step(SiteStep::fresh, number);
  }
  site_numbers_.push(number);
  return step(SiteStep::numbered, number);
}

// The site's number; a new one where it has none.
std::uint32_t PredictedColumns::number_of(const Site& site) {
  std::uint32_t place = hash_of(site) & numbers_mask_;
  while (numbers_[place] != kNone) {
    if (sites_[numbers_[place]] == site) return numbers_[place];
    place = (place + 1) & numbers_mask_;
  }
  sites_[site_count_] = site;
  numbers_[place] = site_count_;
  return site_count_++;
}

void PredictedColumns::start_site(const Site& site, std::size_t value_count) {
  const std::uint32_t number = site_count_ - 1;
  site_functions_.push(site.function);
  site_flags_.push(site.flags);
  site_irqls_.push(site.irql);
  site_stacks_.push(fold_sign(site.stack - (number == 0 ? 0 : sites_[number - 1].stack)));
  sites_ahead_.begin(number);
  states_.begin(number, site, value_count);
}

void PredictedColumns::add_values(std::uint32_t number, const Site& site,
                                  std::span<const std::uint64_t> values) {
  ValueState* const states = states_.of(number);
  std::uint64_t* const entries = entries_ + std::size_t{site.function} * kMaxFields;
  const std::size_t first_mask = value_masks_.count;
  for (std::size_t i = 0; i < mask_bytes(values.size()); ++i) value_masks_.push(0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t value = values[i];
    if (value != states[i].guessed(entries[i])) {
      value_masks_.bytes[first_mask + i / 8] |= static_cast<std::uint8_t>(1u << i % 8);
      add_surprise(value, entries[i], states[i]);
    }
    states[i].happened(value);
    if (!site.at_exit()) entries[i] = value;
  }
}

void PredictedColumns::add_surprise(std::uint64_t value, std::uint64_t at_entry,
                                    ValueState& state) {
  const auto code = [&](ValueCode how) { value_codes_.push(static_cast<std::uint8_t>(how)); };
  const auto guess = [&](ValueCode how) {
    state.guess = how;
    code(how);
  };
  if (value == state.last) return guess(ValueCode::same);
  if (value == at_entry) return guess(ValueCode::entry);
  if (value == state.last + state.stride) return guess(ValueCode::stride);
  if (value >= RecentAddresses::kLowest) {
    const std::uint8_t place = addresses_.place_of(value);
    if (place < kRecentAddresses) return value_codes_.push(place);
    addresses_.add(value);
  }
  const auto difference = static_cast<std::int64_t>(value - state.last);
  if (difference == static_cast<std::int16_t>(difference)) {
    code(ValueCode::word);
    value_words_.push(static_cast<std::uint64_t>(difference));
  } else if (difference == static_cast<std::int32_t>(difference)) {
    code(ValueCode::dword);
    value_dwords_.push(static_cast<std::uint64_t>(difference));
  } else {
    code(ValueCode::raw);
    value_raws_.push(value);
  }
}

}  // namespace ddireplay::format
