// The request that a driver took and never completed, which is what a program that does not come to
// an end often waits for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace ddireplay::tools::record {

struct PendingRequest {
  std::uint64_t irp = 0;
  std::uint64_t routine = 0;  // the dispatch routine that it came to
};

// The oldest one. Reads all events. Throws format::Error.
std::optional<PendingRequest> find_pending_request(const std::filesystem::path& path);

}  // namespace ddireplay::tools::record
