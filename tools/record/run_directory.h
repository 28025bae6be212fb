// What belongs to one run of Wine and is removed with it: its prefix, home, temporary files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/record/prefix_clone.h"
#include "tools/record/prefix_template.h"
#include "tools/record/temporary_directory.h"

namespace ddireplay::tools::record {

class RunDirectory {
 public:
  // In $TMPDIR; but where that is another device than the cache's, in the cache, for hard links to
  // the template would be real copies of 700 MB. Throws format::Error.
  RunDirectory(const std::filesystem::path& cache, const PrefixTemplate& from);

  std::filesystem::path prefix() const { return directory_.path() / "prefix"; }
  std::filesystem::path home() const { return directory_.path() / "home"; }
  std::filesystem::path temporary() const { return directory_.path() / "temporary"; }
  // A name that Windows can say for a file of any name. The file exists.
  std::filesystem::path link_to(const std::filesystem::path& file) const;

  void keep() { directory_.keep(); }
  // Files of the template that were written to through this prefix.
  std::vector<std::filesystem::path> damaged() const { return damaged_files(shared_); }

 private:
  TemporaryDirectory directory_;
  std::vector<SharedFile> shared_;
};

}  // namespace ddireplay::tools::record
