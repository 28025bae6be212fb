#include "tools/symbols/symbol_path.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <system_error>

#include "replay/text_case.h"

namespace ddireplay::tools {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// How many parts of an element stand before its directories: `srv*`, `cache*`, `symsrv*DLL*`.
std::size_t count_prefix_parts(const std::vector<std::string_view>& parts) {
  if (parts.size() < 2) return 0;
  if (replay::same_without_case(parts[0], "symsrv")) return 2;
  return replay::same_without_case(parts[0], "srv") || replay::same_without_case(parts[0], "cache")
             ? 1
             : 0;
}

bool is_remote(std::string_view place) { return place.find("://") != std::string_view::npos; }

// The entry of that name. One lookup where the case is right, else a walk of the directory.
std::optional<std::filesystem::path> find_entry(const std::filesystem::path& directory,
                                                std::string_view name) {
  std::error_code error;
  std::filesystem::path exact = directory / name;
  if (std::filesystem::exists(exact, error)) return exact;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (replay::same_without_case(entry->path().filename().string(), name)) return entry->path();
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::filesystem::path> symbol_directories(std::string_view symbol_path) {
  std::vector<std::filesystem::path> directories;
  for (const std::string_view element : split(symbol_path, ';')) {
    const auto parts = split(element, '*');
    for (std::size_t i = count_prefix_parts(parts); i < parts.size(); ++i) {
      if (!parts[i].empty() && !is_remote(parts[i])) directories.emplace_back(parts[i]);
    }
  }
  return directories;
}

std::string_view base_name(std::string_view path) {
  const std::size_t separator = path.find_last_of("/\\");
  return separator == std::string_view::npos ? path : path.substr(separator + 1);
}

std::vector<std::filesystem::path> symbol_file_candidates(const std::filesystem::path& directory,
                                                          std::string_view name,
                                                          std::string_view store_folder) {
  std::vector<std::filesystem::path> candidates;
  const auto entry = find_entry(directory, name);
  if (!entry) return candidates;
  std::error_code error;
  if (std::filesystem::is_regular_file(*entry, error)) candidates.push_back(*entry);
  // In a store the file's name is first that of a directory.
  if (const auto folder = find_entry(*entry, store_folder)) {
    const auto file = find_entry(*folder, name);
    if (file && std::filesystem::is_regular_file(*file, error)) candidates.push_back(*file);
  }
  return candidates;
}

}  // namespace ddireplay::tools
