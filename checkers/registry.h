// All checkers, listed by hand: nothing registers itself.
#pragma once

#include <memory>
#include <vector>

#include "replay/checker.h"

namespace ddireplay::checkers {

// New ones at each call: a checker belongs to one replay.
std::vector<std::unique_ptr<replay::Checker>> make_all_checkers();

}  // namespace ddireplay::checkers
