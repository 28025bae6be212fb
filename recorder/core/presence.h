// How many threads are inside the recorder: in the thunk, or in a call or callback that it will see
// return.
//
// It outlives recordings: a thread that never comes back holds the recorder's code, not its
// memory's counters.
//
// A locked addition on the way in and another on the way out would cost more than the event that
// lies between them. None is needed for what no two processors add to at the same time; and no two
// run on the same page of a stack. Neither can a processor be taken from the code that runs on it
// in the middle of an instruction. So counts belong to pages of stacks, and are added to by one
// instruction:
//   - an interrupt, a DPC or an APC comes before that instruction or after it, and has ended
//   before the code below it goes on, whether it runs on the same stack or on one of its own;
//   - a thread that is moved to another processor takes its stack along;
//   - a thread that ends leaves its stack to another, never the two at once.
// Pages find their counts by a hash. The first page that comes to a place has it for good; what
// runs on another adds with a locked instruction, to counts of its own.
//
// What is added without a lock may be seen late: a processor may read what comes next before others
// see that it has entered. Hence is_deserted().
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "recorder/core/shared_access.h"

namespace ddireplay::recorder {

// `kPlaces` is a power of two, more than 1.
template <class Access, std::size_t kPlaces>
class BasicPresence {
 public:
  using StackCount = typename Access::StackCount;

  // Where a routine counts itself out that has counted itself in. Of nobody else's use.
  struct Seat {
    StackCount* left = nullptr;  // nullptr: it must look
  };

  // By the code that comes and goes, on the stack that it runs on. At any IRQL.
  Seat enter() { return {add(&Place::entered)}; }
  void leave() { add(&Place::left); }
  void leave(const Seat& seat) {
    if (seat.left != nullptr) {
      seat.left->add();
    } else {
      leave();
    }
  }

  // At some moment of this call no more were inside of those whose coming was seen.
  std::uint64_t threads_inside() const { return count().inside; }

  // Whether nobody is inside, on the way in, or on the way out. For when no new ones come: then
  // this stays so. `grace` waits for longer than it takes to be seen, and to pass the few
  // instructions between a stub and enter(), or between leave() and the end of the thunk.
  template <class Grace>
  bool is_deserted(const Grace& grace) const {
    const Count before = count();
    if (before.inside != 0) return false;
    grace();
    const Count after = count();
    // Who has come meanwhile may be on the way out.
    return after.inside == 0 && after.entered == before.entered;
  }

 private:
  using SharedCount = typename Access::template Atomic<std::uint64_t>;

  struct Sum {
    StackCount of_owner;
    SharedCount of_others{0};
    std::uint64_t load() const {
      return of_owner.load() + of_others.load(std::memory_order_acquire);
    }
  };

  struct alignas(64) Place {
    SharedCount owner{0};  // a page of a stack
    Sum entered;
    Sum left;
  };

  struct Count {
    std::uint64_t entered = 0;
    std::uint64_t inside = 0;
  };

  static std::size_t place_of(std::uint64_t page) {
    return page * 0x9e3779b97f4a7c15 >> (64 - std::countr_zero(kPlaces));
  }

  // Returns where those leave without a lock that run on the same page.
  StackCount* add(Sum Place::*sum) {
    const std::uint64_t page = Access::stack_page();
    Place& place = places_[place_of(page)];
    std::uint64_t owner = place.owner.load(std::memory_order_relaxed);
    if (owner == 0 && place.owner.compare_exchange_strong(owner, page, std::memory_order_relaxed)) {
      owner = page;
    }
    if (owner == page) {
      (place.*sum).of_owner.add();
      return &place.left.of_owner;
    }
    (place.*sum).of_others.fetch_add(1, std::memory_order_acq_rel);
    return nullptr;
  }

  // A thread may leave on another page than it has entered on, so only the sums mean anything.
  // Departures are added up first: a thread that comes and goes meanwhile then counts as inside,
  // not as minus one.
  Count count() const {
    std::uint64_t left = 0;
    for (const Place& place : places_) left += place.left.load();
    std::uint64_t entered = 0;
    for (const Place& place : places_) entered += place.entered.load();
    return {entered, entered - left};
  }

  Place places_[kPlaces];
};

using Presence = BasicPresence<SharedAccess, 2048>;

// The recorder's one and only.
extern Presence the_presence;
inline Presence& presence() { return the_presence; }

}  // namespace ddireplay::recorder
