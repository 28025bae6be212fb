// What a search says: its log, its result.
#pragma once

#include <string>
#include <vector>

#include "tools/bisect/builds.h"

namespace ddireplay::tools::bisect {

struct BuildSearch {
  std::vector<Build> builds;  // oldest first
  std::string sought;         // the finding, as it was typed; empty: any
  Search search;
  std::vector<Judgement> judgements;  // in the order in which they were made

  std::size_t replays() const;
  // Of the build; it must have been judged.
  const Judgement& of(std::size_t build) const;
};

// "# bad: build-12  build-12/a.ddt: C4:62 of My.sys at #51, fingerprint ...", as git's log has it.
std::string log_line(const Judgement& judgement);

// The result, with how many replays it took.
std::string search_text(const BuildSearch& search);
// The whole as an object on one line, without the line's end.
std::string search_json(const BuildSearch& search);

// Why there is no result, and what to do about it; empty: there is one.
std::string why_no_result(const BuildSearch& search);

}  // namespace ddireplay::tools::bisect
