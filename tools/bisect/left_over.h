// When an object that is left over should have been ended, by how objects of the same origin were.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "replay/finding.h"
#include "tools/bisect/shape.h"
#include "tools/bisect/way.h"

namespace ddireplay::tools::bisect {

// Objects of one finding that came from one call path of the driver.
struct LostGroup {
  const replay::FindingObject* object = nullptr;  // that was certain to be left first
  replay::Moment begun;                           // of this one
  std::uint64_t lost = 0;                         // how many
  // What else came from there up to the finding: from the same path, or, where none of that was
  // ended, from the same call on other paths.
  bool same_path = true;
  Tally siblings;
  // The latest way in which a sibling was ended that was open to the object, and where it closed.
  // None: no sibling was ended, or nothing that ended one has happened to this one.
  std::optional<Way> way;
  std::uint64_t point = 0;
  bool by_completion = false;  // the point is the completion of its request
  // Position of the last event that mentions the object's address, where there is no way.
  std::uint64_t mentioned = 0;

  // Where the object was certain to be left, as far as can be told.
  std::uint64_t position() const { return way ? point : mentioned; }
};

// Replays `trace` up to the finding. By position: the first is the finding's own. The groups point
// into `finding`. Empty where the finding does not say where its objects begin.
std::vector<LostGroup> find_lost(format::TraceReader& trace, const replay::Finding& finding,
                                 const RuleShape& shape);

}  // namespace ddireplay::tools::bisect
