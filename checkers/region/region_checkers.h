// The checkers of critical and guarded regions: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_region_balance();  // 20:apc, C4:3E, 40003, 4000E

}  // namespace ddireplay::checkers
