// The exports of one of Wine's kernel modules, and which of them are more than a name.
//
// Wine's build tool makes a stub for every export that Wine doesn't have: it loads the addresses of
// the module's name and of its own name, and calls a routine that raises an exception. That it
// names itself is what tells it from code that happens to begin alike.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace ddireplay::tests::wine {

enum class ExportKind : std::uint8_t { code, forward, stub };

// Throws std::runtime_error when the file can't be read or is no 64-bit image.
std::map<std::string, ExportKind> read_exports(const std::filesystem::path& image);

}  // namespace ddireplay::tests::wine
