#include "tools/record/wine_environment.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <optional>

#include "tools/record/temporary_directory.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> value(const std::vector<std::string>& environment,
                                 const std::string& name) {
  const auto at = std::ranges::find_if(
      environment, [&](const std::string& entry) { return entry.starts_with(name + "="); });
  if (at == environment.end()) return std::nullopt;
  return at->substr(name.size() + 1);
}

TEST_CASE("a session sees the program's own variables, but neither the home nor the desktop") {
  const TemporaryDirectory directory(fs::temp_directory_path(), "ddireplay-test");
  const fs::path& here = directory.path();
  ::setenv("DISPLAY", ":0", 1);
  ::setenv("WINEPREFIX", "/home/someone/.wine", 1);
  ::setenv("XDG_DATA_HOME", "/home/someone/.local", 1);
  ::setenv("MY_TEST_LEVEL", "3", 1);
  const WineInstall wine{"/opt/wine64", "/opt/wineserver", "wine-8.0"};
  const auto environment =
      wine_environment(wine, here / "prefix", here / "home", here / "temporary");
  CHECK(value(environment, "MY_TEST_LEVEL") == "3");
  CHECK(value(environment, "WINEPREFIX") == here / "prefix");
  CHECK(value(environment, "WINESERVER") == "/opt/wineserver");
  CHECK(value(environment, "HOME") == here / "home");
  CHECK(value(environment, "TMPDIR") == here / "temporary");
  CHECK_FALSE(value(environment, "DISPLAY"));
  CHECK_FALSE(value(environment, "XDG_DATA_HOME"));
  CHECK(fs::is_directory(here / "home"));
  for (const std::string& entry : environment) CHECK(entry.find("someone") == std::string::npos);
}

}  // namespace
}  // namespace ddireplay::tools::record
