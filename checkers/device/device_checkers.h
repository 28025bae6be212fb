// The checkers of rules about devices: how they are made, stacked, used and taken away.
#pragma once

#include <memory>

#include "replay/checker.h"

namespace ddireplay::checkers {

std::unique_ptr<replay::Checker> make_add_device();
std::unique_ptr<replay::Checker> make_device_removal();
std::unique_ptr<replay::Checker> make_device_use();

}  // namespace ddireplay::checkers
