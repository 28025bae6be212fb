// The checkers of stacks and of the machine's time: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_foreign_stack();  // C4:90
std::unique_ptr<replay::Checker> make_long_shutdown();  // C4:115

}  // namespace ddireplay::checkers
