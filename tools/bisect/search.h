// The first bad of many builds, by judging as few of them as possible.
#pragma once

#include <cstddef>
#include <functional>

namespace ddireplay::tools::bisect {

enum class BuildVerdict { good, bad, skip };  // skip: it can't be judged

enum class SearchEnd {
  named,        // `first_bad` is the first bad build
  narrowed,     // it is `first_bad`, or one of those between it and `last_good`: all skipped
  bad_at_once,  // the first build that can be judged is bad already: `first_bad`
  never_bad,    // the last one that can be judged is good: `last_good`
  none_judged,
};

struct Search {
  SearchEnd end = SearchEnd::none_judged;
  std::size_t last_good = 0;
  std::size_t first_bad = 0;
};

// Builds are 0 to `count` - 1, oldest first. `judge` is asked at most once for each: for both ends,
// then for one in the middle of what remains. In place of one that can't be judged its neighbours
// are. Takes two, log2(count), rounded up, and twice as many as are skipped, at most.
Search find_first_bad(std::size_t count, const std::function<BuildVerdict(std::size_t)>& judge);

}  // namespace ddireplay::tools::bisect
