// A corpus at a glance.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/corpus/directory.h"

namespace ddireplay::tools::corpus {

// An entry a line: name, what its status says, ids of its rules, note.
std::string list_text(const std::vector<const Entry*>& entries);

// How much there is, and what it guards. `checked_rules`: ids of all rules that can be replayed.
std::string stats_text(const std::vector<Entry>& entries,
                       const std::vector<std::string>& checked_rules);

// Ids of the rules of which the trace must report findings; sorted, once each.
std::vector<std::string> rules_found(const Expectation& expectation);

}  // namespace ddireplay::tools::corpus
