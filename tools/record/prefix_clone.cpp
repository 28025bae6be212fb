#include "tools/record/prefix_clone.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

// Names the directory of the template's own server, which a clone must not share.
constexpr std::string_view kServerFile = "wineserver";

bool is_read_only(const fs::directory_entry& entry) {
  return (entry.status().permissions() & fs::perms::owner_write) == fs::perms::none;
}

// Whether it is one file now. Where it can't be (another device, no hard links there), it is
// copied.
bool link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (!error) return true;
  fs::copy_file(from, to);
  return false;
}

}  // namespace

std::vector<SharedFile> clone_prefix(const fs::path& from, const fs::path& to) {
  std::vector<SharedFile> shared;
  fs::create_directory(to);
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path relative = entry.path().lexically_relative(from);
    const fs::path copy = to / relative;
    if (relative == kServerFile) continue;
    if (entry.is_symlink()) {
      fs::copy_symlink(entry.path(), copy);
    } else if (entry.is_directory()) {
      fs::create_directory(copy);
    } else if (!is_read_only(entry)) {
      fs::copy_file(entry.path(), copy);
    } else if (link_or_copy(entry.path(), copy)) {
      shared.push_back({copy, entry.path(), entry.file_size(), entry.last_write_time()});
    }
  }
  return shared;
}

std::vector<fs::path> damaged_files(const std::vector<SharedFile>& shared) {
  std::vector<fs::path> damaged;
  for (const SharedFile& file : shared) {
    std::error_code gone;  // removing one's own link harms no one, nor does another file there
    if (!fs::equivalent(file.path, file.original, gone)) continue;
    const fs::directory_entry now(file.path, gone);
    if (now.file_size() != file.size || now.last_write_time() != file.written) {
      damaged.push_back(file.path);
    }
  }
  return damaged;
}

}  // namespace ddireplay::tools::record
