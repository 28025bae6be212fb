#include "tools/record/setup.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "replay/text_case.h"
#include "tools/record/fail.h"
#include "tools/record/process_tree.h"
#include "tools/record/request.h"
#include "tools/record/windows_path.h"
#include "tools/record/wine_run.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kImportLimit = 60s;
constexpr auto kEndLimit = 10s;
constexpr const char* kLayout = "files/, drivers/ and *.reg are what it may have";

std::vector<fs::path> sorted_entries(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    entries.push_back(entry.path());
  }
  if (error) refuse(fmt::format("{}: cannot be read: {}", directory.string(), error.message()));
  std::ranges::sort(entries);
  return entries;
}

void check_readable(const fs::path& file) {
  if (!fs::is_regular_file(file)) refuse(fmt::format("{}: not a file", file.string()));
  if (::access(file.c_str(), R_OK) != 0) {
    refuse(fmt::format("{}: cannot be read: {}", file.string(), errno_text()));
  }
  if (!windows_path(file)) {
    refuse(fmt::format("{}: not a path that Windows can name", file.string()));
  }
}

void read_files(const fs::path& from, const fs::path& to, Setup& setup) {
  for (const fs::path& entry : sorted_entries(from)) {
    const fs::path place = to / entry.filename();
    if (fs::is_directory(entry)) {
      setup.directories.push_back(place);
      read_files(entry, place, setup);
    } else {
      check_readable(entry);
      setup.files.push_back({entry, place});
    }
  }
}

void read_drivers(const fs::path& directory, Setup& setup) {
  setup.drivers = sorted_entries(directory);
  std::ranges::for_each(setup.drivers, check_driver);
}

// The first words of what the registry editor takes; as UTF-16 it begins with a byte order mark.
void check_registry_file(const fs::path& file) {
  check_readable(file);
  std::array<char, 64> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  std::string text;
  for (const char c : start) {
    if (c > 0) text += c;
  }
  if (text.starts_with("REGEDIT") || text.starts_with("Windows Registry Editor")) return;
  refuse(
      fmt::format("{}: not a registry file (its first line is neither \"REGEDIT4\" nor "
                  "\"Windows Registry Editor Version 5.00\")",
                  file.string()));
}

// The name that is there already: Windows takes no notice of case, Linux does.
fs::path existing_name(const fs::path& directory, const fs::path& name) {
  std::error_code not_there;
  for (const auto& entry : fs::directory_iterator(directory, not_there)) {
    if (replay::same_without_case(entry.path().filename().string(), name.string())) {
      return entry.path();
    }
  }
  return directory / name;
}

fs::path place_in(const fs::path& drive, const fs::path& relative) {
  fs::path place = drive;
  for (const fs::path& component : relative) place = existing_name(place, component);
  return place;
}

// What the registry editor says goes into the complaint, should it fail.
class ImportWatcher : public RunWatcher {
 public:
  void on_line(Stream, std::string_view line) override {
    if (!line.empty()) last_line_ = line;
  }
  Clock::time_point deadline() const override { return deadline_; }
  bool on_deadline() override { return false; }
  bool on_stop_request() override { return false; }
  const std::string& last_line() const { return last_line_; }

 private:
  Clock::time_point deadline_ = Clock::now() + kImportLimit;
  std::string last_line_ = "it said nothing";
};

void run_or_fail(const std::vector<std::string>& command,
                 const std::vector<std::string>& environment, SignalQueue& signals,
                 const std::string& what) {
  ImportWatcher watcher;
  const RunEnd end = run_watched(command, environment, watcher, signals);
  if (end.kind == RunEnd::Kind::exited && end.exit_status == 0) return;
  end_descendants(kEndLimit);
  if (end.kind == RunEnd::Kind::stop_requested) fail("stopped on request; nothing was recorded");
  fail(fmt::format("{}: {}", what,
                   end.kind == RunEnd::Kind::out_of_time
                       ? fmt::format("not done after {} s", kImportLimit.count())
                       : watcher.last_line()));
}

}  // namespace

Setup read_setup(const fs::path& directory) {
  if (!fs::exists(directory)) refuse(fmt::format("{}: no such directory", directory.string()));
  if (!fs::is_directory(directory)) refuse(fmt::format("{}: not a directory", directory.string()));
  Setup setup;
  for (const fs::path& entry : sorted_entries(directory)) {
    if (entry.filename() == "files" && fs::is_directory(entry)) {
      read_files(entry, {}, setup);
    } else if (entry.filename() == "drivers" && fs::is_directory(entry)) {
      read_drivers(entry, setup);
    } else if (entry.extension() == ".reg") {
      check_registry_file(entry);
      setup.registry.push_back(entry);
    } else {
      refuse(fmt::format("{}: not part of a setup: {}", entry.string(), kLayout));
    }
  }
  return setup;
}

void copy_files(const Setup& setup, const fs::path& prefix) {
  const fs::path drive = prefix / "drive_c";
  try {
    for (const fs::path& directory : setup.directories) {
      fs::create_directories(place_in(drive, directory));
    }
    for (const Setup::File& file : setup.files) {
      const fs::path place = place_in(drive, file.to);
      // Wine's own files are one with those of the template: never written to, but replaced.
      fs::remove(place);
      fs::copy_file(file.from, place);
      fs::permissions(place, fs::perms::owner_write, fs::perm_options::add);
    }
  } catch (const fs::filesystem_error& error) {
    fail(fmt::format("{}: cannot be put in place: {}", error.path1().string(),
                     error.code().message()));
  }
}

void import_registry(const Setup& setup, const WineInstall& wine,
                     const std::vector<std::string>& environment, SignalQueue& signals) {
  if (setup.registry.empty()) return;
  for (const fs::path& file : setup.registry) {
    run_or_fail({wine.loader, "reg", "import", *windows_path(file)}, environment, signals,
                file.string() + ": cannot be imported");
  }
  run_or_fail({wine.server, "-k"}, environment, signals, "the Wine session does not end");
  end_descendants(kEndLimit);
}

}  // namespace ddireplay::tools::record
