// What findings about MDLs have in common.
#pragma once

#include <string>

#include "replay/finding.h"
#include "replay/rule.h"
#include "replay/world.h"

namespace ddireplay::checkers {

// The MDL at that address, with what the driver did to it, as far as it was seen.
replay::FindingObject mdl_object(std::uint64_t address, const replay::World& world);

// "locked and mapped": what the flags say of an MDL, of those that locking and mapping depend on.
std::string describe_mdl_flags(std::uint64_t flags);

// About the step's MDL; the call is the violation. Parameters: the MDL, its flags, and `last`.
replay::Finding mdl_finding(const replay::Rule& rule, std::uint64_t last, const replay::Step& step,
                            const replay::World& world, std::string sentence);

}  // namespace ddireplay::checkers
