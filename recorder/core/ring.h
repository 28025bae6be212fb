// The events of one processor on their way to the writer thread.
//
// Any number of producers, at any IRQL; one consumer. A producer reserves slots by moving `head`
// (one compare-and-swap), fills them, and commits by storing the record's time last: a slot whose
// first word is 0 is not committed, and the consumer stops there. So
//   - an interrupt on the same processor in the middle of a store makes its own, later record,
//   which
//     waits behind the interrupted one until that is committed;
//   - a thread that was moved to another processor in the middle of a store finishes it in the ring
//     that it began with;
//   - nobody ever waits for anybody.
//
// The clock is read between looking at `head` and moving it: when somebody else came in between,
// the swap fails and the clock is read again. Thus order in the ring is order in time, up to what
// the processor itself reorders around its time stamp counter; the consumer evens that out. Much
// may be done in between: reading the clock takes as long as all the rest, which goes on meanwhile
// where it is asked for early.
//
// A full ring loses events. They are counted, and the next event that finds room brings the count
// along in a slot of its own in front of it: that is where in the stream they are missing. The
// count is that of all losses so far, looked at before `head` moves: who stands further back in the
// ring has looked later, so the difference between two marks is what was lost between them, however
// many stored at the same time, and whenever they went on to fill what they had reserved.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "format/freestanding/memory_image.h"
#include "format/freestanding/record.h"
#include "recorder/core/platform.h"
#include "recorder/core/shared_access.h"

namespace ddireplay::recorder {

using format::Record;
using format::Slot;

using format::kLossMark;

// The same as in a Record.
struct EventHead {
  std::uint64_t thread = 0;
  std::uint32_t stack = format::kNoStack;
  std::uint16_t function = 0;
  std::uint8_t irql = format::kIrqlUnknown;
  std::uint8_t flags = 0;
};

static_assert(sizeof(EventHead) == offsetof(Record, values) - offsetof(Record, thread) &&
              offsetof(EventHead, stack) + offsetof(Record, thread) == offsetof(Record, stack) &&
              offsetof(EventHead, function) + offsetof(Record, thread) ==
                  offsetof(Record, function) &&
              offsetof(EventHead, irql) + offsetof(Record, thread) == offsetof(Record, irql) &&
              offsetof(EventHead, flags) + offsetof(Record, thread) == offsetof(Record, flags));

// What the consumer took out.
struct Drained {
  std::uint32_t slots = 0;
  std::uint64_t lost_before = 0;  // events lost just before the first of these records
  bool at_loss = false;           // the next record has losses before it: these end a chunk
};

// Where a ring's counters begin; tests let them begin near their end.
struct RingStart {
  std::uint64_t position = 0;
  std::uint64_t lost = 0;
  std::uint64_t told = 0;  // of the losses
};

template <class Access>
class BasicRing {
 public:
  // The number of slots must be a power of two.
  void attach(std::span<Slot> slots, const RingStart& start = {}) {
    slots_ = slots.data();
    capacity_ = slots.size();
    for (Slot& slot : slots) slot.words[0] = 0;
    head_.store(start.position, std::memory_order_relaxed);
    tail_.store(start.position, std::memory_order_relaxed);
    lost_total_.store(start.lost, std::memory_order_relaxed);
    lost_marked_.store(start.told, std::memory_order_relaxed);
    lost_told_ = start.told;
  }

  // Where an event goes, and its time.
  struct Reservation {
    std::uint64_t position = 0;
    std::uint64_t time = 0;
  };

  // What it would be now. It need not come to anything.
  Reservation look() const {
    const std::uint64_t position = head_.load(std::memory_order_acquire);
    return {position, platform::clock()};
  }

  // Stores one event where a look was, or further back if others have come since. False: there was
  // no room, and it is counted as lost.
  bool store(Reservation& place, const EventHead& head, std::span<const std::uint64_t> values) {
    if (!reserve_at(static_cast<unsigned>(values.size()), place)) return false;
    commit(place, head, values);
    return true;
  }
  bool store(const EventHead& head, std::span<const std::uint64_t> values) {
    Reservation place = look();
    return store(place, head, values);
  }

  // look() and reserve_at().
  bool reserve(unsigned value_count, Reservation& place) {
    place = look();
    return reserve_at(value_count, place);
  }

  // The two halves of store() are this and commit(): what was reserved must be committed, with as
  // many values. `place`: of a look; it may become another.
  bool reserve_at(unsigned value_count, Reservation& place) {
    const unsigned slots = format::slots_for(value_count);
    // Mostly nothing is in the way.
    const bool marks_loss =
        lost_total_.load(std::memory_order_relaxed) != lost_marked_.load(std::memory_order_acquire);
    std::uint64_t position = place.position;
    if (!marks_loss && has_room(position + slots) &&
        head_.compare_exchange_strong(position, position + slots, std::memory_order_acq_rel,
                                      std::memory_order_relaxed)) {
      return true;
    }
    return reserve_elsewhere(slots, place);
  }

  void commit(const Reservation& reservation, const EventHead& head,
              std::span<const std::uint64_t> values) {
    fill(reservation.position, reservation.time, head, values);
  }

  // Takes committed records in order. `value_count` tells a record's number of values. Ends at the
  // first uncommitted record, at a loss, or when `out` is full; the slots become free all at once
  // at the end, so that a ring that was full has room for more than one event before it is full
  // again. Before that `copied` is called with what will be returned: at no moment are records
  // nowhere.
  template <class ValueCount, class Copied>
  Drained drain(std::span<Slot> out, const ValueCount& value_count, const Copied& copied) {
    Drained result;
    const std::uint64_t begin = tail_.load(std::memory_order_relaxed);
    const std::uint64_t end = head_.load(std::memory_order_acquire);
    std::uint64_t position = begin;
    while (position != end) {
      Slot& first = at(position);
      if (committed_time(first) == 0) break;
      Access::will_read(&first);
      const Record& record = reinterpret_cast<const Record&>(first);
      if (record.function == kLossMark) {
        // 0: somebody else has marked the same losses.
        const std::uint64_t untold = record.values[0] - lost_told_;
        if (untold != 0 && result.slots != 0) {
          result.at_loss = true;
          break;
        }
        result.lost_before += untold;
        lost_told_ += untold;
        ++position;
        continue;
      }
      const unsigned slots = format::slots_for(value_count(record));
      if (result.slots + slots > out.size()) break;
      copy_out(position, slots, out.data() + result.slots);
      position += slots;
      result.slots += slots;
    }
    copied(result);
    free_slots(begin, position);
    return result;
  }

  // Slots that are reserved and not yet taken out.
  std::uint64_t used() const {
    return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_relaxed);
  }
  std::uint64_t capacity() const { return capacity_; }

  std::uint64_t lost_total() const { return lost_total_.load(std::memory_order_relaxed); }

  template <class ValueCount>
  Drained drain(std::span<Slot> out, const ValueCount& value_count) {
    return drain(out, value_count, [](const Drained&) {});
  }

  // Where in a ring a dump of it has the counters.
  static void describe(format::MemoryImage& image) {
    image.ring_bytes = sizeof(BasicRing);
    image.ring_head = offsetof(BasicRing, head_);
    image.ring_tail = offsetof(BasicRing, tail_);
    image.ring_lost = offsetof(BasicRing, lost_total_);
    image.ring_told = offsetof(BasicRing, lost_told_);
  }

  // For the consumer. Nothing that is taken out from now on, and no loss that is told, is earlier
  // than what this returns. `now`: the clock, read before. Whoever stores has read it earlier and
  // moves `head` only now has not yet done what it records, or has done it and not come back:
  // `now` is as true a time for that.
  std::uint64_t settle(std::uint64_t now) {
    if (used() == 0 && lost_untold() == 0 && newest_time_ < now) newest_time_ = now;
    return newest_time_;
  }

  // For the consumer: losses that no mark has told yet.
  std::uint64_t lost_untold() const { return lost_total() - lost_told_; }

  // For the consumer. Gives up what is left, and returns what is lost and untold then: a
  // reservation that was never committed hides the length of its record, and so where the next
  // begins. Every slot counts as a lost event, which is at most too many.
  std::uint64_t abandon() {
    lost_total_.fetch_add(used(), std::memory_order_relaxed);
    return lost_untold();
  }

 private:
  using Count = typename Access::template Atomic<std::uint64_t>;
  using CommitWord = typename Access::template AtomicRef<std::uint64_t>;

  // Nobody waits: who finds it higher already is done.
  static void raise(Count& count, std::uint64_t to) {
    std::uint64_t known = count.load(std::memory_order_relaxed);
    while (known < to && !count.compare_exchange_weak(known, to, std::memory_order_release,
                                                      std::memory_order_relaxed)) {
    }
  }

  // Signed: a position that was looked at long ago may lie behind the tail by now.
  bool has_room(std::uint64_t end) const {
    return static_cast<std::int64_t>(end - tail_.load(std::memory_order_acquire)) <=
           static_cast<std::int64_t>(capacity_);
  }

  // Looks again until nobody comes in between, and marks losses. Not inline: most events don't get
  // here.
  [[gnu::noinline]] bool reserve_elsewhere(unsigned record_slots, Reservation& place) {
    std::uint64_t position = 0;
    std::uint64_t lost = 0;
    bool marks_loss = false;
    unsigned wanted = 0;
    do {
      place = look();
      position = place.position;
      // After the look at `head`: a mark that is seen here stands in front of `position`.
      lost = lost_total_.load(std::memory_order_relaxed);
      marks_loss = lost != lost_marked_.load(std::memory_order_acquire);
      wanted = record_slots + (marks_loss ? 1 : 0);
      if (!has_room(position + wanted)) {
        lost_total_.fetch_add(1, std::memory_order_relaxed);
        return false;
      }
    } while (!head_.compare_exchange_weak(position, position + wanted, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
    if (marks_loss) {
      raise(lost_marked_, lost);
      fill(place.position, place.time, {.function = kLossMark}, {&lost, 1});
      ++place.position;
    }
    return true;
  }

  Slot& at(std::uint64_t position) { return slots_[position & (capacity_ - 1)]; }

  static std::uint64_t committed_time(Slot& slot) {
    return CommitWord(slot.words[0]).load(std::memory_order_acquire);
  }

  void fill(std::uint64_t position, std::uint64_t time, const EventHead& head,
            std::span<const std::uint64_t> values) {
    constexpr unsigned kInFirst = format::kValuesInFirstSlot;
    constexpr unsigned kInFurther = format::kValuesPerFurtherSlot;
    for (std::size_t i = kInFirst; i < values.size(); ++i) {
      const std::size_t further = i - kInFirst;
      Slot& slot = at(position + 1 + further / kInFurther);
      Access::will_write(&slot);
      slot.words[further % kInFurther] = values[i];
    }
    Slot& first = at(position);
    Access::will_write(&first);
    Record& record = reinterpret_cast<Record&>(first);
    __builtin_memcpy(&record.thread, &head, sizeof(head));
    const std::size_t in_first = values.size() < kInFirst ? values.size() : kInFirst;
    for (std::size_t i = 0; i < in_first; ++i) record.values[i] = values[i];
    CommitWord(first.words[0]).store(time, std::memory_order_release);
  }

  void copy_out(std::uint64_t position, unsigned slots, Slot* out) {
    for (unsigned i = 0; i < slots; ++i) {
      Access::will_read(&at(position + i));
      out[i] = at(position + i);
    }
    Record& record = reinterpret_cast<Record&>(out[0]);
    if (record.time < newest_time_) record.time = newest_time_;
    newest_time_ = record.time;
  }

  void free_slots(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t position = begin; position != end; ++position) {
      CommitWord(at(position).words[0]).store(0, std::memory_order_relaxed);
    }
    tail_.store(end, std::memory_order_release);
  }

  // Written by producers.
  alignas(64) Count head_{0};
  Count lost_total_{0};
  Count lost_marked_{0};  // of these, up to where marks stand in the ring
  // Written by the consumer.
  alignas(64) Count tail_{0};
  std::uint64_t newest_time_ = 0;
  std::uint64_t lost_told_ = 0;
  // Never written after attach().
  alignas(64) Slot* slots_ = nullptr;
  std::uint64_t capacity_ = 0;
};

using Ring = BasicRing<SharedAccess>;

}  // namespace ddireplay::recorder
