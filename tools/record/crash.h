// What Wine says of a process that dies of an exception.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "format/freestanding/layout.h"

namespace ddireplay::tools::record {

struct Crash {
  std::string what;  // "page fault on write access to 0000000000000000"
  std::uint64_t address = 0;
  std::uint64_t thread = 0;  // Wine's number of it; 0: not said
  std::uint32_t code = 0;    // the exception's; 0: of a kind that isn't known
  format::AccessKind access = format::AccessKind::none;
  std::uint64_t accessed = 0;
  std::string routine{};  // that was called, and that Wine doesn't have
};

// From a line of the form "wine: Unhandled WHAT at address ADDRESS (thread ID), starting
// debugger...". Nothing for any other line.
std::optional<Crash> parse_crash(std::string_view line);

}  // namespace ddireplay::tools::record
