// Names of the exceptions that end a driver.
#pragma once

#include <cstdint>
#include <string_view>

namespace ddireplay::tools {

inline constexpr std::uint32_t kAccessViolation = 0xc0000005;
// Raised by Wine where a routine is called that it doesn't have.
inline constexpr std::uint32_t kWineStub = 0x80000100;

// "access violation"; "exception" for a code that isn't known.
std::string_view exception_name(std::uint32_t code);

}  // namespace ddireplay::tools
