#include "tools/corpus/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <system_error>

namespace ddireplay::tools::corpus {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExpectation = "expected.json";
constexpr const char* kTraceNames[] = {"trace.ddt", "trace.txt"};

bool is_looked_at(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  return !name.starts_with('.') && !name.ends_with(".md");
}

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw format::Error(fmt::format("{}: {}", path, what));
}

std::optional<TraceFile> regular_file(const std::string& path) {
  std::error_code error;
  const std::uint64_t bytes = fs::file_size(path, error);
  if (error) return std::nullopt;
  return TraceFile{path, bytes};
}

}  // namespace

std::vector<std::string> names_in(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_looked_at(*entry)) names.push_back(entry->path().filename().string());
  }
  if (error) fail(directory, "can't be read as a corpus: " + error.message());
  std::ranges::sort(names);
  return names;
}

std::string expectation_path(const std::string& directory, const std::string& name) {
  return (fs::path(directory) / name / kExpectation).string();
}

TraceFile trace_of(const std::string& directory, const std::string& name) {
  const fs::path entry = fs::path(directory) / name;
  std::optional<TraceFile> found;
  for (const char* trace : kTraceNames) {
    const std::optional<TraceFile> file = regular_file((entry / trace).string());
    if (!file) continue;
    if (found) fail(entry.string(), "has two traces; one entry is one trace: remove one of them");
    found = file;
  }
  if (found) return *found;
  if (!fs::is_directory(entry)) {
    fail(entry.string(),
         "is no entry of the corpus: move it elsewhere, and add it with `ddireplay corpus add`");
  }
  fail(entry.string(),
       "has no trace.ddt or trace.txt: bring it back, or remove the directory with it");
}

Entry read_entry(const std::string& directory, const std::string& name) {
  Entry entry{.name = name, .trace = trace_of(directory, name), .expectation = {}};
  const std::string expectation = expectation_path(directory, name);
  if (!fs::exists(expectation)) {
    fail(entry.trace.path, fmt::format("has no {} beside it: move it elsewhere, and add it with "
                                       "`ddireplay corpus add`",
                                       kExpectation));
  }
  entry.expectation = read_expectation(expectation);
  return entry;
}

std::vector<Entry> read_entries(const std::string& directory) {
  std::vector<Entry> entries;
  for (const std::string& name : names_in(directory)) {
    entries.push_back(read_entry(directory, name));
  }
  return entries;
}

std::string name_for(const std::string& trace, const std::string& sha256, std::string_view rule) {
  constexpr std::size_t kWordsMax = 48;
  constexpr std::size_t kDigits = 12;
  std::string words;
  for (const unsigned char c : fs::path(trace).stem().string().substr(0, kWordsMax)) {
    const bool is_kept = c < 0x80 && (std::isalnum(c) != 0 || c == '_' || c == '.');
    if (is_kept) words += static_cast<char>(c);
    if (!is_kept && !words.empty() && !words.ends_with('-')) words += '-';
  }
  // A leading dot would hide it.
  while (words.starts_with('.')) words.erase(0, 1);
  if (words.empty()) words = "trace";
  if (!words.ends_with('-')) words += '-';
  for (const char c : rule) words += c == ':' ? '-' : c;
  if (!rule.empty()) words += '-';
  return words + sha256.substr(0, kDigits);
}

}  // namespace ddireplay::tools::corpus
