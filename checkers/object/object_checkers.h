// The checkers of object references: each file's one door.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_dead_object();            // C4:3F
std::unique_ptr<replay::Checker> make_device_reference_leak();  // WDM:DanglingDeviceObjectReference

}  // namespace ddireplay::checkers
