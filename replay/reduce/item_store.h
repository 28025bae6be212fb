// Chosen events of a trace, held in memory.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::replay {

// Place in a trace's merged order, from 0; gaps have one, too.
using Item = std::uint32_t;
inline constexpr Item kNoItem = 0xffffffff;

// Not thread-safe. The reader must outlive it.
class ItemStore {
 public:
  ItemStore(format::TraceReader& trace, unsigned threads) : trace_(trace), threads_(threads) {}

  // Reads the trace once, and keeps these in place of what was held before. Sorted, each once.
  void load(std::span<const Item> items);
  // Adds the events of `items` to `events`, in the same order. All must have been loaded; sorted,
  // each once. Their values live until the next load().
  void copy(std::span<const Item> items, std::vector<format::Event>& events) const;

 private:
  const std::uint64_t* keep(const format::Event& event);

  format::TraceReader& trace_;
  unsigned threads_;
  std::vector<Item> items_;
  std::vector<format::Event> events_;  // of each item
  std::deque<std::vector<std::uint64_t>> values_;
};

}  // namespace ddireplay::replay
