// What Wine says of a process that dies of an exception.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ddireplay::tools::record {

struct Crash {
  std::string what;  // "page fault on write access to 0000000000000000"
  std::uint64_t address = 0;
};

// From a line of the form "wine: Unhandled WHAT at address ADDRESS (thread ID), starting
// debugger...". Nothing for any other line.
std::optional<Crash> parse_crash(std::string_view line);

}  // namespace ddireplay::tools::record
