#include "tools/record/temporary_directory.h"

#include <cstdlib>
#include <string>

#include "tools/record/fail.h"

namespace ddireplay::tools::record {

TemporaryDirectory::TemporaryDirectory(const std::filesystem::path& parent, std::string_view name) {
  std::string pattern = (parent / fmt::format("{}-XXXXXX", name)).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    fail_errno(fmt::format("{}: no directory can be made there (TMPDIR names another place)",
                           parent.string()));
  }
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  if (kept_) return;
  // What can't be removed stays: there is no one left to do better.
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace ddireplay::tools::record
