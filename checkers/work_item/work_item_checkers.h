// The checkers of work items and system threads: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_queued_work_item();     // E4:0, 1, 2
std::unique_ptr<replay::Checker> make_work_item_arguments();  // E4:3, 6
std::unique_ptr<replay::Checker> make_work_left();            // C7:thread, workitem

}  // namespace ddireplay::checkers
