// Wine as it is installed on this machine.
#pragma once

#include <filesystem>
#include <string>

namespace ddireplay::tools::record {

struct WineInstall {
  std::filesystem::path loader;  // runs a Windows program
  std::filesystem::path server;
  std::string version;  // as the loader says it: "wine-8.0 (Debian 8.0~repack-4)"
};

// Throws format::Error, with the way to install it, when there is none.
WineInstall find_wine();

}  // namespace ddireplay::tools::record
