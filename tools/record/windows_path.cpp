#include "tools/record/windows_path.h"

#include <algorithm>
#include <string_view>

namespace ddireplay::tools::record {
namespace {

constexpr std::string_view kForbidden = "<>:\"|?*\\";

bool is_windows_name(std::string_view name) {
  const auto is_forbidden = [](unsigned char c) {
    return c < 0x20 || kForbidden.find(static_cast<char>(c)) != std::string_view::npos;
  };
  // Windows drops dots and blanks at the end: the file would not be found.
  return std::ranges::none_of(name, is_forbidden) && !name.ends_with('.') && !name.ends_with(' ');
}

}  // namespace

std::optional<std::string> windows_path(const std::filesystem::path& path) {
  std::string windows = "Z:";
  for (const std::filesystem::path& component :
       std::filesystem::absolute(path).lexically_normal().relative_path()) {
    if (!is_windows_name(component.native())) return std::nullopt;
    windows += '\\' + component.native();
  }
  return windows;
}

}  // namespace ddireplay::tools::record
