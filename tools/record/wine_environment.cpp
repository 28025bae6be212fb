#include "tools/record/wine_environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace ddireplay::tools::record {
namespace {

constexpr std::array<std::string_view, 6> kDroppedFamilies = {"WINE", "XDG_",  "LC_",
                                                              "LANG", "DBUS_", "GTK_"};
constexpr std::array<std::string_view, 5> kDropped = {"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
                                                      "HOME", "TMPDIR"};

bool is_dropped(std::string_view variable) {
  const std::string_view name = variable.substr(0, variable.find('='));
  const auto begins_name = [name](std::string_view family) { return name.starts_with(family); };
  return std::ranges::find(kDropped, name) != kDropped.end() ||
         std::ranges::any_of(kDroppedFamilies, begins_name);
}

}  // namespace

std::vector<std::string> wine_environment(const WineInstall& wine,
                                          const std::filesystem::path& prefix,
                                          const std::filesystem::path& home,
                                          const std::filesystem::path& temporary) {
  std::filesystem::create_directories(home);
  std::filesystem::create_directories(temporary);
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!is_dropped(*variable)) environment.emplace_back(*variable);
  }
  environment.insert(environment.end(),
                     {
                         "WINEPREFIX=" + prefix.string(),
                         "WINEARCH=win64",
                         "WINELOADER=" + wine.loader.string(),
                         "WINESERVER=" + wine.server.string(),
                         "WINEDEBUG=-all",
                         // Neither .NET nor a browser is wanted, nor a dialogue that offers them.
                         "WINEDLLOVERRIDES=mscoree,mshtml=",
                         "HOME=" + home.string(),
                         "TMPDIR=" + temporary.string(),
                         // Wine translates file names by the locale: any name must pass.
                         "LC_ALL=C.UTF-8",
                     });
  return environment;
}

}  // namespace ddireplay::tools::record
