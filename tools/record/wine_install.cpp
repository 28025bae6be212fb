#include "tools/record/wine_install.h"

#include <poll.h>
#include <sys/wait.h>

#include <cstdlib>
#include <optional>
#include <ranges>
#include <string_view>
#include <vector>

#include "tools/record/child.h"
#include "tools/record/fail.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

// Debian keeps the real programs here; those in the path are scripts around them.
constexpr std::string_view kDebianDirectory = "/usr/lib/wine";

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::vector<fs::path> search_directories() {
  std::vector<fs::path> directories = {kDebianDirectory};
  const char* path = std::getenv("PATH");
  for (const auto part : std::views::split(std::string_view(path ? path : ""), ':')) {
    if (!part.empty()) directories.emplace_back(part.begin(), part.end());
  }
  return directories;
}

std::optional<fs::path> find_program(const std::vector<fs::path>& directories,
                                     std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    for (const fs::path& directory : directories) {
      if (is_program(directory / name)) return directory / name;
    }
  }
  return std::nullopt;
}

std::string read_to_end(int fd) {
  std::string text;
  char buffer[512];
  pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
  while (::poll(&readable, 1, -1) > 0) {
    const ssize_t size = ::read(fd, buffer, sizeof(buffer));
    if (size <= 0) break;
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return text;
}

std::string ask_version(const fs::path& loader) {
  const Child child = start_child({loader, "--version"}, {});
  std::string version = read_to_end(child.out.get());
  int status = 0;
  ::waitpid(child.id, &status, 0);
  while (version.ends_with('\n')) version.pop_back();
  if (status != 0 || !version.starts_with("wine-")) {
    fail(fmt::format("{}: does not run as Wine does: `{} --version` says \"{}\"", loader.string(),
                     loader.string(), version));
  }
  return version;
}

}  // namespace

WineInstall find_wine() {
  const std::vector<fs::path> directories = search_directories();
  const auto loader = find_program(directories, {"wine64", "wine"});
  const auto server = find_program(directories, {"wineserver64", "wineserver"});
  if (!loader || !server) {
    fail("Wine for 64-bit programs is not installed: `apt-get install wine wine64` on Debian");
  }
  return {*loader, *server, ask_version(*loader)};
}

}  // namespace ddireplay::tools::record
