// Between the UTF-8 of the command line and the UTF-16 of the system.
#pragma once

#include <string>
#include <string_view>

namespace ddireplay::recorder::control {

std::wstring to_wide(std::string_view text);
std::string to_utf8(std::wstring_view text);

// The part behind the last \ or /.
std::wstring file_name(std::wstring_view path);
std::wstring without_extension(std::wstring_view name);
// Absolute, with backslashes.
std::wstring full_path(const std::wstring& path);

}  // namespace ddireplay::recorder::control
