// NTSTATUS and Win32 errors in words.
#pragma once

#include <cstdint>
#include <string>

namespace ddireplay::recorder::control {

// "STATUS_OBJECT_NAME_NOT_FOUND (0xc0000034)", or only the number.
std::string status_text(std::int32_t status);

// "Access is denied (error 5)".
std::string error_text(std::uint32_t error);

}  // namespace ddireplay::recorder::control
