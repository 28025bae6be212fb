// What a Linux file is called by a Windows program under Wine.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace ddireplay::tools::record {

// "/a/b.sys" is "Z:\a\b.sys". Nothing where the absolute path has a character or a component that
// no Windows name may have.
std::optional<std::string> windows_path(const std::filesystem::path& path);

}  // namespace ddireplay::tools::record
