// Walks through records as they lie in slots, one after the other.
//
// Freestanding: this header is compiled into the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/record.h"

namespace ddireplay::format {

class RecordCursor {
 public:
  RecordCursor(std::span<const Slot> slots, std::span<const FunctionEntry> functions)
      : slots_(slots), functions_(functions) {}

  // False at the end, and where the next record is malformed: then at_end() is false as well.
  bool next() {
    if (at_end()) return false;
    const Slot& first = slots_[next_slot_];
    record_ = reinterpret_cast<const Record*>(&first);
    if (record_->function >= functions_.size()) return false;
    const FunctionEntry& function = functions_[record_->function];
    const bool at_exit = (record_->flags & event_flags::exit) != 0;
    const unsigned value_count = at_exit ? function.exit_count : function.entry_count;
    const unsigned slots = slots_for(value_count);
    if (slots > slots_.size() - next_slot_) return false;
    next_slot_ += slots;
    time_ = record_->time < time_ ? time_ : record_->time;
    // A record's values go on in its further slots without a break.
    values_ = {first.words + kFirstValueWord, value_count};
    return true;
  }

  bool at_end() const { return next_slot_ == slots_.size(); }
  const Record& record() const { return *record_; }  // after next() has returned true
  std::uint64_t time() const { return time_; }       // never goes back
  std::span<const std::uint64_t> values() const { return values_; }

 private:
  static constexpr std::size_t kFirstValueWord = offsetof(Record, values) / sizeof(std::uint64_t);

  std::span<const Slot> slots_;
  std::span<const FunctionEntry> functions_;
  std::size_t next_slot_ = 0;
  const Record* record_ = nullptr;
  std::uint64_t time_ = 0;
  std::span<const std::uint64_t> values_;
};

}  // namespace ddireplay::format
