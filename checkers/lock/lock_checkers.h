// The checkers of locks: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_irql_move();            // C4:30, 31, WDM:IrqlKeRaiseLower2
std::unique_ptr<replay::Checker> make_lock_call_apcs();       // C4:37, 38, 39, 3A, EA, EB
std::unique_ptr<replay::Checker> make_lock_call_level();      // C4:32, 33, 34, 36, 40, 41, 42
std::unique_ptr<replay::Checker> make_lock_left();            // C4:100A, 100B, 40009
std::unique_ptr<replay::Checker> make_lock_use();             // C4:1002, 1004, 1005, 1007 to 1009
std::unique_ptr<replay::Checker> make_lock_level_restored();  // C4:20015
std::unique_ptr<replay::Checker> make_spin_lock_safe();       // WDM:SpinLockSafe

}  // namespace ddireplay::checkers
