// The checkers of single calls, and of what comes back from a call or a callback.
#pragma once

#include <memory>
#include <vector>

#include "replay/checker.h"

namespace ddireplay::checkers {

// One for each rule of the tables of call_table.h.
std::vector<std::unique_ptr<replay::Checker>> make_call_checkers();

std::unique_ptr<replay::Checker> make_worker_level();           // E1:irql
std::unique_ptr<replay::Checker> make_power_down_allocation();  // WDM:PowerDownAllocate
std::unique_ptr<replay::Checker> make_performance_counter();    // E6:1

}  // namespace ddireplay::checkers
