// Where a driver that never comes back is busy.
#pragma once

#include <cstdint>
#include <vector>

namespace ddireplay::tools::record {

// The instruction pointers of all threads that are running at this moment in processes that host
// drivers, among our descendants. Stops each for an instant. What can't be looked at is left out.
std::vector<std::uint64_t> busy_driver_threads();

}  // namespace ddireplay::tools::record
