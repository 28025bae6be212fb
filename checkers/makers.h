// The functions that make the checkers: one for each line of checkers.inc.
#pragma once

#include <memory>
#include <vector>

#include "replay/checker.h"

namespace ddireplay::checkers {

#define CHECKER(name) std::unique_ptr<replay::Checker> make_##name();
#include "checkers/checkers.inc"
#undef CHECKER

// One for each rule about a single call: these are rows of tables (ddi/call_table.h).
std::vector<std::unique_ptr<replay::Checker>> make_call_checkers();

}  // namespace ddireplay::checkers
