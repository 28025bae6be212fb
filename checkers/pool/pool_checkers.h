// The checkers of pool: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_pool_allocation_request();          // C4:0, 1, 2, 3
std::unique_ptr<replay::Checker> make_pool_free_address();                // C4:10, 13, 16
std::unique_ptr<replay::Checker> make_pool_free_irql();                   // C4:11, 12
std::unique_ptr<replay::Checker> make_pool_leak_at_unload();              // C4:62
std::unique_ptr<replay::Checker> make_pool_allocation_while_unloading();  // C4:61
std::unique_ptr<replay::Checker> make_pool_free_tag();                    // C2:A

}  // namespace ddireplay::checkers
