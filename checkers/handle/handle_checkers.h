// The checkers of handles: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_handle_after_close();  // 93:handle
std::unique_ptr<replay::Checker> make_handle_reference();    // C4:3C, F5, F6, F7
std::unique_ptr<replay::Checker> make_key_leak();  // WDM:ZwRegistryCreate, WDM:ZwRegistryOpen

}  // namespace ddireplay::checkers
