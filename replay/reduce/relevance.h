// Which events of a trace may have to do with a finding, the likeliest first: a guess, which a
// replay confirms or refutes.
#pragma once

#include <span>
#include <vector>

#include "format/trace_reader.h"
#include "replay/finding.h"
#include "replay/reduce/item_store.h"
#include "replay/reduce/links.h"

namespace ddireplay::replay {

// What the finding's report speaks of, and what the life of a driver consists of; of objects that
// are alike, one. Sorted, each once.
std::vector<Item> core_items(const Finding& finding, const Links& links);

// All items: those whose values name an object of the finding, then those that have a value in
// common with an event of `core`, then those of its threads, then all others in front of the
// finding, then those behind it. Among equals the nearest to the finding first.
std::vector<Item> by_relevance(format::TraceReader& trace, unsigned threads, const Finding& finding,
                               const Links& links, std::span<const format::Event> core);

}  // namespace ddireplay::replay
