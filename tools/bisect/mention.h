// The last events that mention some addresses.
#pragma once

#include <cstdint>
#include <map>

#include "format/trace_reader.h"

namespace ddireplay::tools::bisect {

struct Mention {
  std::uint64_t from = 0;  // position: of interest is what comes behind it
  std::uint64_t last = 0;  // 0: there is none
};

// Fills in `last`, by address, from the events before position `end`. An address or handle of that
// very value is a mention; a count is not, nor is an address inside of the object.
void find_mentions(format::TraceReader& trace, std::uint64_t end,
                   std::map<std::uint64_t, Mention>& mentions);

}  // namespace ddireplay::tools::bisect
