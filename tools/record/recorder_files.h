// The recorder's Windows parts.
#pragma once

#include <filesystem>

namespace ddireplay::tools::record {

struct RecorderFiles {
  std::filesystem::path driver;   // ddirec.sys
  std::filesystem::path control;  // ddirec.exe
};

// In $DDIREPLAY_RECORDER if that is set, else beside this program, else in ../lib/ddireplay as seen
// from there. Throws format::Error.
RecorderFiles find_recorder();

}  // namespace ddireplay::tools::record
