// Loops that were not gone through as often on both sides.
#pragma once

#include <vector>

#include "tools/diff/comparison.h"

namespace ddireplay::tools::diff {

// Where the calls that only one side makes are further rounds of a loop that both have gone
// through, makes the divergence one of kind `loop`.
void recognise_loop(Divergence& one, const std::vector<Call>& good, const std::vector<Call>& bad);

}  // namespace ddireplay::tools::diff
