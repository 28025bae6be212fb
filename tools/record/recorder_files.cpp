#include "tools/record/recorder_files.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "tools/record/fail.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> places() {
  if (const char* own = std::getenv("DDIREPLAY_RECORDER"); own && *own) return {fs::absolute(own)};
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  return {here, (here / "../lib/ddireplay").lexically_normal()};
}

}  // namespace

RecorderFiles find_recorder() {
  std::string searched;
  for (const fs::path& place : places()) {
    const RecorderFiles files{place / "ddirec.sys", place / "ddirec.exe"};
    if (fs::exists(files.driver) && fs::exists(files.control)) return files;
    searched += (searched.empty() ? "" : " nor in ") + place.string();
  }
  fail(
      fmt::format("the recorder (ddirec.sys and ddirec.exe) is not in {}; DDIREPLAY_RECORDER names "
                  "its directory",
                  searched));
}

}  // namespace ddireplay::tools::record
