// The regions that a thread has entered and not left, as objects of findings.
#pragma once

#include <cstdint>

#include "replay/finding.h"
#include "replay/world.h"

namespace ddireplay::checkers {

// The newest `count` of the step's thread: where each was entered, and the step as the violation.
// Two findings of one step about the same regions have the same object.
replay::FindingObject open_critical_regions(std::int32_t count, const replay::Step& step,
                                            const replay::World& world);
replay::FindingObject open_guarded_regions(std::int32_t count, const replay::Step& step,
                                           const replay::World& world);

}  // namespace ddireplay::checkers
