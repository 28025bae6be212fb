// What of a trace belongs together, whatever it means: the two ends of a call, and what happens
// inside a callback. Found in one pass over the trace.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "format/trace_reader.h"
#include "replay/reduce/item_store.h"

namespace ddireplay::replay {

struct Links {
  std::vector<Item> partner;    // by item: the other end of the call or callback; or kNoItem
  std::vector<Item> callback;   // by item: entry of the innermost callback around it; or kNoItem
  std::vector<Item> structure;  // images and their routines that are entered once in a life
  std::vector<Item> gaps;
  std::uint64_t lost = 0;  // in gaps

  std::size_t items() const { return partner.size(); }
  std::uint64_t events() const { return partner.size() - gaps.size(); }
  // Of an event, which has a position of its own.
  Item item_at(std::uint64_t position) const;
  std::uint64_t position_of(Item item) const;

  // The items with all that they can't stand without: other ends of calls, and callbacks around
  // them. Sorted, each once.
  std::vector<Item> closure(std::span<const Item> items) const;
};

// Throws format::Error where the trace has more than 2^32 - 2 events.
Links find_links(format::TraceReader& trace, unsigned threads);

}  // namespace ddireplay::replay
