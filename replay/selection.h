// A part of a trace: a range of its events, or those of some drivers, with what tells where they
// happen.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "format/trace_copy.h"
#include "format/trace_reader.h"
#include "replay/reduce/links.h"

namespace ddireplay::replay {

struct Wanted {
  std::uint64_t from = 1;  // positions, both included
  std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
  // Names of modules, in whatever case, with their extension or without; empty: all.
  std::vector<std::string> drivers;
};

struct Selection {
  std::vector<bool> items;      // by item: it is in the part
  std::uint64_t events = 0;     // in the part
  std::uint64_t context = 0;    // of these, in front of the range: driver loads, and the entries of
                                // callbacks and calls that the range begins in
  std::uint64_t around = 0;     // of these, other drivers' callbacks and calls that the wanted
                                // drivers' events happen in
  std::uint64_t of_others = 0;  // left out of the range: events of other drivers
  bool reaches_end = true;
  bool is_cut = false;  // something in front of the range was left out
};

// Throws format::Error (usage): the range lies behind the trace's end, or a driver is not among the
// trace's.
Selection select(format::TraceReader& trace, const Links& links, const Wanted& wanted,
                 unsigned threads);

// Copies the part, and finishes the writer. Throws format::Error.
void write_selection(format::TraceReader& trace, const Links& links, const Selection& selection,
                     const std::string& step, unsigned threads, format::TraceWriter& writer);

}  // namespace ddireplay::replay
