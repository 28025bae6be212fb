// Positions and threads as people write them on a command line.
#pragma once

#include <cstdint>
#include <string_view>

namespace ddireplay::tools {

// "#1234" or "1234", from 1. Throws format::Error (usage).
std::uint64_t parse_position(std::string_view text);

// A thread's address or number, hexadecimal, as reports show it: "9c158bc0", "0x9c158bc0",
// "fffffa80`12345678". Throws format::Error (usage).
std::uint64_t parse_thread(std::string_view text);

}  // namespace ddireplay::tools
