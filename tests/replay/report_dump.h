// All that a report says, as text: two reports are the same when their dumps are.
#pragma once

#include <string>

#include "replay/replay.h"

namespace ddireplay::tests {

std::string dump(const replay::Report& report);

}  // namespace ddireplay::tests
