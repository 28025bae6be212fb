// How the rules about devices tell of one.
#pragma once

#include <cstdint>

#include "replay/finding.h"
#include "replay/world.h"

namespace ddireplay::checkers {

// With its creation, what it was attached by and its deletion, and the step as what broke the rule.
// `device` may be nullptr.
replay::FindingObject device_object(std::uint64_t address, const replay::Device* device,
                                    const replay::Step& step);

}  // namespace ddireplay::checkers
