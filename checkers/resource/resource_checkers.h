// The checkers of ERESOURCEs: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_resource_life();   // C4:3D, D0, D1, D2
std::unique_ptr<replay::Checker> make_resource_owner();  // E3:owner, WDM:ExclusiveResourceAccess

}  // namespace ddireplay::checkers
