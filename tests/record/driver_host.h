// The process that hosts a recording's driver, as a test sees it from outside.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

namespace ddireplay::tools::record {

// Which process has that file open under a name of Wine's driver host; 0: none, or not yet.
pid_t find_driver_host(const std::filesystem::path& open_file);

// All memory of the process that can be read, one region behind the other. It should stand still
// (SIGSTOP). Returns its bytes.
std::size_t dump_memory(pid_t process, const std::filesystem::path& file);

}  // namespace ddireplay::tools::record
