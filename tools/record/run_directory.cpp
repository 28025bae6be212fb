#include "tools/record/run_directory.h"

#include <sys/stat.h>

#include "tools/record/fail.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

fs::path place_for_run(const fs::path& cache) {
  std::error_code error;
  const fs::path temporary = fs::temp_directory_path(error);
  struct stat cache_stat {};
  struct stat temporary_stat {};
  const bool same_device = !error && ::stat(cache.c_str(), &cache_stat) == 0 &&
                           ::stat(temporary.c_str(), &temporary_stat) == 0 &&
                           cache_stat.st_dev == temporary_stat.st_dev;
  return same_device ? temporary : cache;
}

}  // namespace

RunDirectory::RunDirectory(const fs::path& cache, const PrefixTemplate& from)
    : directory_(place_for_run(cache), "ddireplay-record") {
  try {
    shared_ = clone_prefix(from.path(), prefix());
  } catch (const fs::filesystem_error& error) {
    fail(fmt::format("{}: the Wine prefix cannot be copied: {} (TMPDIR names another place)",
                     directory_.path().string(), error.code().message()));
  }
}

fs::path RunDirectory::link_to(const fs::path& file) const {
  const fs::path link = directory_.path() / "trace.ddt";
  fs::create_symlink(fs::absolute(file), link);
  return link;
}

}  // namespace ddireplay::tools::record
