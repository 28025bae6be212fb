// The log of pool operations on one address: all of a trace, where Driver Verifier keeps the newest
// 65,536.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::tools {

struct PoolLogEntry {
  std::uint64_t address = 0;  // of the block
  std::uint64_t size = 0;     // bytes asked for; 0: a free of what was no block
  std::uint64_t thread = 0;
  std::uint64_t position = 0;
  std::string function;
  std::vector<std::uint64_t> stack;
};

struct PoolLog {
  std::uint64_t operations = 0;       // all that were looked at, on whatever address
  std::vector<PoolLogEntry> entries;  // on blocks that contain the address, in order
};

// Replays `trace` up to and including the event at `last_position`.
PoolLog read_pool_log(format::TraceReader& trace, std::uint64_t address,
                      std::uint64_t last_position);

}  // namespace ddireplay::tools
