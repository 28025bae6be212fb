// All that a report says, as text: two reports are the same when their dumps are.
#pragma once

#include <string>

#include "replay/replay.h"

namespace ddireplay::tests {

std::string dump(const replay::Report& report);
// All but its root: a place among the report's findings.
std::string dump(const replay::Finding& finding);

}  // namespace ddireplay::tests
