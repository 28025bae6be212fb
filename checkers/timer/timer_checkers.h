// The checkers of timers and DPCs: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_armed_timer_in_pool();     // C4:15
std::unique_ptr<replay::Checker> make_object_in_dying_memory();  // C7:0, 1, 2
std::unique_ptr<replay::Checker> make_dpc_target();              // C7:3

}  // namespace ddireplay::checkers
