// The checkers of rules about requests (IRPs).
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_sent_request();
std::unique_ptr<replay::Checker> make_request_away();
std::unique_ptr<replay::Checker> make_completed_request();
std::unique_ptr<replay::Checker> make_freed_request();
std::unique_ptr<replay::Checker> make_dispatch_result();
std::unique_ptr<replay::Checker> make_left_request();
std::unique_ptr<replay::Checker> make_completion_routine();
std::unique_ptr<replay::Checker> make_synchronous_request();
std::unique_ptr<replay::Checker> make_cancelled_request();

}  // namespace ddireplay::checkers
