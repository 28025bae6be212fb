// Which activity of one side is which of the other.
#pragma once

#include <vector>

#include "tools/diff/comparison.h"

namespace ddireplay::tools::diff {

// Activities of one key belong together: first those that are alike in every call, in their order
// and then, as they may have run side by side, in any; then those with the same calls, then those
// that begin alike, then by their order. Of ticks of a timer that are alike one side may have more.
std::vector<ActivityPair> match_activities(const Recording& good, const Recording& bad);

// What a call is compared by without the identity of objects.
std::uint64_t call_key(const Call& call);                                 // its function
std::uint64_t caller_key(const Call& call);                               // and its caller
std::uint64_t content_key(const Recording& recording, const Call& call);  // and its values

}  // namespace ddireplay::tools::diff
