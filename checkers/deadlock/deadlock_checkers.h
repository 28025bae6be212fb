// The checkers of deadlocks: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_lock_order();     // C4:1001
std::unique_ptr<replay::Checker> make_self_deadlock();  // C4:1000

}  // namespace ddireplay::checkers
