// A work item, as findings tell it.
#pragma once

#include "replay/finding.h"
#include "replay/world.h"

namespace ddireplay::checkers {

// With the call that made it, or with the life of the one that had been freed before it was queued;
// the last call that queued it, and the start of its routine if that runs.
replay::FindingObject object_of(const replay::WorkItem& item, const replay::World& world);

}  // namespace ddireplay::checkers
