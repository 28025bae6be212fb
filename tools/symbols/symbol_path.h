// Symbol paths as the Windows debuggers write them, and the files that they lead to.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ddireplay::tools {

// The local directories of a path such as _NT_SYMBOL_PATH: elements apart by `;`, each a directory,
// `srv*CACHE*SERVER`, or `cache*DIR`. Servers on a network are left out: nothing is fetched.
std::vector<std::filesystem::path> symbol_directories(std::string_view symbol_path);

// The name without its folder, of a Windows path or another.
std::string_view base_name(std::string_view path);

// The regular files of that name: in the directory itself, and as a symbol store lays them out, in
// DIR/NAME/FOLDER. Names are compared without case, as on the file systems that stores come from.
std::vector<std::filesystem::path> symbol_file_candidates(const std::filesystem::path& directory,
                                                          std::string_view name,
                                                          std::string_view store_folder);

}  // namespace ddireplay::tools
