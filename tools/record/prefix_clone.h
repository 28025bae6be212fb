// A prefix for one recording.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ddireplay::tools::record {

// A file that a clone shares with its template, and how it looked when it was cloned.
struct SharedFile {
  std::filesystem::path path;      // in the clone
  std::filesystem::path original;  // in the template
  std::uintmax_t size = 0;
  std::filesystem::file_time_type written;
};

// Copies the template to `to`, which must not exist. Files that are read-only there become hard
// links where the file system can, everything else real copies: Wine writes its registry in place,
// and programs write where they like. Throws std::filesystem::filesystem_error.
std::vector<SharedFile> clone_prefix(const std::filesystem::path& from,
                                     const std::filesystem::path& to);

// The shared files that someone has written to all the same (as root a read-only file is no
// obstacle), which has damaged the template.
std::vector<std::filesystem::path> damaged_files(const std::vector<SharedFile>& shared);

}  // namespace ddireplay::tools::record
