// The checkers of single calls: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

// The tables of call_table.h: their rules are listed there.
std::unique_ptr<replay::Checker> make_level_calls();
std::unique_ptr<replay::Checker> make_memory_calls();
std::unique_ptr<replay::Checker> make_wait_calls();
std::unique_ptr<replay::Checker> make_argument_calls();
std::unique_ptr<replay::Checker> make_advice_calls();

std::unique_ptr<replay::Checker> make_callback_level();       // C8:irql, E1:irql
std::unique_ptr<replay::Checker> make_performance_counter();  // E6:1

}  // namespace ddireplay::checkers
