// Which traces a corpus can do without.
#pragma once

#include <string>
#include <vector>

#include "tools/corpus/directory.h"

namespace ddireplay::tools::corpus {

// "C4:62 0123456789abcdef violation" of each defect that a trace must report; sorted, once each.
// One that a gap leaves unknown does not stand for the same one shown for sure.
std::vector<std::string> defects_of(const Expectation& expectation);

// True of a trace that guards something else than defects: one that must stay silent, and one that
// is damaged.
bool is_kept_always(const Expectation& expectation);

// Places in `entries` of those without which the rest has the same defects, in order. Greedy: the
// entry that adds most defects stays, of equals the smaller one, then the first by name.
std::vector<std::size_t> redundant_entries(const std::vector<Entry>& entries);

}  // namespace ddireplay::tools::corpus
