// In which order locks are taken: a graph with an edge from each lock that was held to each that
// was waited for meanwhile. A cycle is a deadlock that only needs the right moment.
//
// An edge is remembered once, however often its order is taken, with the first two acquisitions
// that showed it. Cost: one look-up for each lock that is held; only an edge that is new is
// followed, and only as far as kSearchMax locks.
//
// What can't hang is no cycle: readers that wait for readers, and orders that are only ever taken
// under one and the same other lock (their gate).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "replay/function_ref.h"
#include "replay/lock_model.h"
#include "replay/moment.h"

namespace ddireplay::checkers {

using replay::LockNumber;

// A lock that was held, and one that was waited for meanwhile.
struct LockOrder {
  LockNumber held = 0;
  LockNumber wanted = 0;
  std::uint64_t held_address = 0;
  std::uint64_t wanted_address = 0;
  bool held_shared = false;
  bool wanted_shared = false;
  bool closes_cycle = false;  // it is in no path: each other cycle would be found through it anew
  replay::Moment held_since;  // of the first time that this order was taken, with these gates
  replay::Moment wanted_at;
  // Locks that were held exclusively besides, each time that this order was taken.
  std::vector<LockNumber> gates;
};

// A lock that somebody holds, or waits for.
struct OrderedLock {
  LockNumber number = 0;
  std::uint64_t address = 0;
  bool shared = false;
  replay::Moment at;  // its acquisition, or the call that waits
};

// Whether the lock of that number is still the one at that address.
using IsAlive = replay::FunctionRef<bool(std::uint64_t address, LockNumber number)>;

class LockGraph {
 public:
  // Somebody who holds `held` waits for a lock that is not among them. What it returns are the
  // orders of a new cycle, the one that closes it last; they live until the next change.
  std::span<const LockOrder* const> want(std::span<const OrderedLock> held,
                                         const OrderedLock& wanted, IsAlive is_alive);
  // Orders of locks that are no more don't count any longer; this drops them.
  void clean(IsAlive is_alive);
  std::size_t size() const { return orders_.size(); }

 private:
  struct Node {
    std::vector<std::uint64_t> to;    // keys of orders in which it is held
    std::vector<std::uint64_t> from;  // in which it is wanted
  };

  LockOrder& add(std::uint64_t key, const OrderedLock& held, const OrderedLock& wanted);
  bool find_cycle(LockOrder& closing, IsAlive is_alive);
  bool follow(LockNumber from, bool entered_shared, const LockOrder& closing, IsAlive is_alive);

  std::unordered_map<std::uint64_t, LockOrder> orders_;
  std::unordered_map<LockNumber, Node> nodes_;
  std::vector<const LockOrder*> path_;  // of the search that is going on
  std::unordered_set<std::uint64_t> visited_;
  std::vector<const LockOrder*> cycle_;  // that was found last
};

}  // namespace ddireplay::checkers
