#include "tools/bisect/builds.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tools/bisect/natural_order.h"

namespace ddireplay::tools::bisect {
namespace {

namespace fs = std::filesystem;

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

// "1.9.ddt" stands before "1.9.1.ddt".
std::string sort_key(const std::string& path) {
  const fs::path as_path(path);
  const bool is_trace = as_path.extension() == ".ddt" || as_path.extension() == ".txt";
  return is_trace ? fs::path(path).replace_extension().string() : path;
}

bool goes_before(const std::string& a, const std::string& b) {
  const std::string key_a = sort_key(a);
  const std::string key_b = sort_key(b);
  return key_a == key_b ? naturally_before(a, b) : naturally_before(key_a, key_b);
}

bool is_looked_at(const fs::path& path) {
  const std::string name = path.filename().string();
  return !name.starts_with('.') && !name.starts_with("README") && path.extension() != ".md";
}

std::vector<std::string> paths_in(const std::string& directory) {
  std::vector<std::string> paths;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
      if (is_looked_at(entry.path())) paths.push_back(entry.path().string());
    }
  } catch (const fs::filesystem_error& error) {
    throw format::Error(fmt::format("{}: {}", directory, error.code().message()));
  }
  std::ranges::sort(paths, goes_before);
  return paths;
}

// Directories in it are gone through, too.
std::vector<std::string> traces_of(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> traces;
  for (const std::string& inside : paths_in(path)) {
    std::ranges::copy(traces_of(inside), std::back_inserter(traces));
  }
  return traces;
}

}  // namespace

std::vector<Build> builds_in(const std::string& directory) {
  std::vector<Build> builds;
  for (const std::string& path : paths_in(without_slash(directory))) {
    builds.push_back({fs::path(path).filename().string(), traces_of(path)});
  }
  return builds;
}

std::vector<Build> builds_of(const std::vector<std::string>& paths, bool as_given) {
  std::vector<std::string> ordered;
  for (const std::string& path : paths) ordered.push_back(without_slash(path));
  if (!as_given) std::ranges::stable_sort(ordered, goes_before);
  std::vector<Build> builds;
  for (const std::string& path : ordered) builds.push_back({path, traces_of(path)});
  return builds;
}

Build one_build(const std::vector<std::string>& paths) {
  Build build{.name = without_slash(paths.front()), .traces = {}};
  for (const std::string& path : paths) {
    std::ranges::copy(traces_of(without_slash(path)), std::back_inserter(build.traces));
  }
  return build;
}

}  // namespace ddireplay::tools::bisect
