// What the coding of event chunks remembers of the events before, and guesses of the next one.
//
// A driver does the same things again and again: which call comes next, from where, and with which
// values, is mostly what was seen before. Encoder (predicted_columns.h) and decoder
// (format/predicted_decoder.h) both keep this state and bring it up to date with each event, so
// that only what was not guessed needs to be stored.
//
// The state begins anew with each chunk. Its arrays are the owner's.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/ddi_layout.h"
#include "format/freestanding/record.h"

namespace ddireplay::format {

// Where a call comes from and how: what events have in common that are of one kind. Numbered within
// a chunk by first use.
struct Site {
  std::uint32_t stack = kNoStack;
  std::uint16_t function = 0;
  std::uint8_t flags = 0;
  std::uint8_t irql = 0;

  bool operator==(const Site&) const = default;
  bool at_exit() const { return (flags & event_flags::exit) != 0; }
};
static_assert(sizeof(Site) == 8);

// How an event's site is stored: as one of the guesses, or as none of them.
enum class SiteStep : std::uint8_t {
  after_pair,       // the one that followed these two sites the last time
  after_one,        // that followed this site the last time
  after_one_older,  // that did before
  fresh,            // the next one that has no number yet
  numbered,         // its number is stored
};

class SitePrediction {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr unsigned kPairBitsMax = 14;
  static constexpr std::size_t kPairsMax = std::size_t{1} << kPairBitsMax;
  static constexpr auto kGuesses = static_cast<std::uint8_t>(SiteStep::fresh);

  // They may hold anything.
  struct Successors {
    std::uint32_t last;
    std::uint32_t older;
  };

  // `pairs` has room for kPairsMax, of which a chunk of few events takes few; `successors` for one
  // more than there are sites.
  SitePrediction(std::uint32_t* pairs, Successors* successors, std::size_t events)
      : pairs_(pairs),
        successors_(successors),
        pair_bits_(std::min<unsigned>(std::bit_width(2 * events + 1), kPairBitsMax)) {}
  // Before the first event.
  void clear() {
    for (std::size_t i = 0; i < std::size_t{1} << pair_bits_; ++i) pairs_[i] = kNone;
    begin(kNone);
  }

  std::uint32_t after_pair() const { return pairs_[pair_]; }
  std::uint32_t after_one() const { return successors(last_).last; }
  std::uint32_t after_one_older() const { return successors(last_).older; }
  // What one of the guesses says.
  std::uint32_t guess(std::uint8_t step) const {
    const std::uint32_t guesses[kGuesses] = {after_pair(), after_one(), after_one_older()};
    return guesses[step];
  }

  void begin(std::uint32_t site) { successors(site) = {kNone, kNone}; }
  void happened(std::uint32_t site) {
    pairs_[pair_] = site;
    Successors& next = successors(last_);
    next = {site, next.last == site ? next.older : next.last};
    pair_ = (last_ * 0x9e3779b1u ^ site * 0x85ebca6bu) >> (32 - pair_bits_);
    last_ = site;
  }

 private:
  // By site, behind those of the first event, in front of which there is none.
  Successors& successors(std::uint32_t site) const { return successors_[std::uint32_t{site + 1}]; }

  std::uint32_t* pairs_;
  Successors* successors_;
  unsigned pair_bits_;
  std::uint32_t last_ = kNone;
  std::uint32_t pair_ = 0;
};

// The threads that were seen last, the newest first.
class ThreadRanks {
 public:
  static constexpr std::uint8_t kRanks = 8;
  static constexpr std::uint8_t kEscape = kRanks;  // none of them: the thread is stored

  std::uint8_t rank_of(std::uint64_t thread) const {
    std::uint8_t rank = 0;
    while (rank < kRanks && threads_[rank] != thread) ++rank;
    return rank;
  }
  std::uint64_t at(std::uint8_t rank) const { return threads_[rank]; }
  // `rank` is the thread's.
  void happened(std::uint64_t thread, std::uint8_t rank) {
    for (unsigned i = rank == kEscape ? kRanks - 1 : rank; i > 0; --i)
      threads_[i] = threads_[i - 1];
    threads_[0] = thread;
  }

 private:
  std::uint64_t threads_[kRanks] = {};
};

// How a value that was not guessed is stored. Codes below kRecentAddresses are the place of the
// address among the last ones.
inline constexpr std::uint8_t kRecentAddresses = 16;
enum class ValueCode : std::uint8_t {
  same = kRecentAddresses,  // as the last time at this site
  stride,                   // as far from it as that was from the one before
  entry,                    // as when the call was entered
  word,                     // a difference to the last one of 16 bits, which is stored, or 32
  dword,
  raw,
};

// One value of a site. Not initialised where it is made: there is room for many more of them than
// most chunks need.
struct ValueState {
  std::uint64_t last;
  std::uint64_t stride;
  ValueCode guess;  // of the first three, the one that was right last

  std::uint64_t guessed(std::uint64_t at_entry) const {
    if (guess == ValueCode::same) return last;
    return guess == ValueCode::stride ? last + stride : at_entry;
  }
  void happened(std::uint64_t value) {
    stride = value - last;
    last = value;
  }
};
// Of a value that no site has seen.
inline constexpr ValueState kNewValue = {0, 0, ValueCode::same};

// Addresses that were stored in full or as a difference: they are likely to come again, at another
// site.
class RecentAddresses {
 public:
  static constexpr std::uint64_t kLowest = 0x10000;  // what is smaller is no address

  // Its place, 0 for the newest; kRecentAddresses: not there.
  std::uint8_t place_of(std::uint64_t address) const {
    std::uint8_t place = 0;
    while (place < kRecentAddresses && at(place) != address) ++place;
    return place;
  }
  std::uint64_t at(std::uint8_t place) const {
    return addresses_[(newest_ - place) % kRecentAddresses];
  }
  void add(std::uint64_t address) {
    if (address >= kLowest) addresses_[++newest_ % kRecentAddresses] = address;
  }

 private:
  std::uint64_t addresses_[kRecentAddresses] = {};
  std::uint32_t newest_ = 0;
};

// The states of all values of all sites, in one array that may be too small: sites that come late
// then share one set.
class ValueStates {
 public:
  // `room` has at least kMaxFields states; `first_of_site` is by site, `newest_site` by function
  // and moment: two for each function.
  ValueStates(std::span<ValueState> room, std::uint32_t* first_of_site, std::uint32_t* newest_site)
      : room_(room), first_of_site_(first_of_site), newest_site_(newest_site) {}
  // Before the first event.
  void clear(std::size_t functions) {
    for (std::size_t i = 0; i < 2 * functions; ++i) newest_site_[i] = SitePrediction::kNone;
    for (std::size_t i = 0; i < kMaxFields; ++i) room_[i] = kNewValue;
    used_ = kMaxFields;
  }

  // A site has been numbered: it starts with what the newest one of its function knows.
  void begin(std::uint32_t number, const Site& site, std::size_t value_count) {
    std::uint32_t& newest = newest_site_[2 * site.function + (site.at_exit() ? 1 : 0)];
    const bool has_room = room_.size() - used_ >= value_count;
    const std::size_t first = has_room ? used_ : 0;
    first_of_site_[number] = static_cast<std::uint32_t>(first);
    if (!has_room) return;
    for (std::size_t i = 0; i < value_count; ++i) {
      room_[first + i] =
          newest == SitePrediction::kNone ? kNewValue : room_[first_of_site_[newest] + i];
    }
    used_ += value_count;
    newest = number;
  }
  ValueState* of(std::uint32_t site) { return room_.data() + first_of_site_[site]; }

 private:
  std::span<ValueState> room_;
  std::uint32_t* first_of_site_;
  std::uint32_t* newest_site_;
  std::size_t used_ = 0;
};
// Enough for the sites of nearly every chunk.
inline constexpr std::size_t kValueStates = std::size_t{1} << 17;

}  // namespace ddireplay::format
