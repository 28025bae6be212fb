// The environment of everything that runs under Wine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/record/wine_install.h"

namespace ddireplay::tools::record {

// Ours, so that a test program finds its own variables, but for what would let a session depend on
// this desktop or reach into the user's home: Wine's settings, the display, locale, HOME, TMPDIR
// and the XDG directories. `home` and `temporary` are made if need be.
std::vector<std::string> wine_environment(const WineInstall& wine,
                                          const std::filesystem::path& prefix,
                                          const std::filesystem::path& home,
                                          const std::filesystem::path& temporary);

}  // namespace ddireplay::tools::record
