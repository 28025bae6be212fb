// The event that made a finding inevitable, and what that is based on.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/bisect/left_over.h"
#include "tools/bisect/level.h"
#include "tools/bisect/shape.h"

namespace ddireplay::tools::bisect {

struct Inevitable {
  std::uint64_t position = 0;
  // `other` where the rule is of that shape, and where the finding or the trace does not tell what
  // a better answer would need: then it is the violating event itself.
  Shape shape = Shape::other;
  const RuleShape* rule = nullptr;                  // the row of its rule
  std::vector<LostGroup> groups{};                  // left over
  const replay::BiographyEntry* earlier = nullptr;  // double end
  LevelMove level{};                                // wrong level

  // There was nothing to compare with: the event is no more than the last that mentions the object.
  bool is_last_mention() const { return !groups.empty() && !groups.front().way; }
};

// May replay `trace` anew, up to the finding. Points into `finding`.
Inevitable find_inevitable(format::TraceReader& trace, const replay::Finding& finding);

}  // namespace ddireplay::tools::bisect
