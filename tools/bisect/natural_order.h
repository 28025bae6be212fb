// Names of builds in the order in which people count.
#pragma once

#include <string_view>

namespace ddireplay::tools::bisect {

// "1.9" before "1.10", "1.0-rc1" before "1.0", "1.0" before "1.0.1"; case and the marks between
// words don't count. A total order: only equal names are neither before nor behind each other.
bool naturally_before(std::string_view a, std::string_view b);

}  // namespace ddireplay::tools::bisect
