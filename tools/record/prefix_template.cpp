#include "tools/record/prefix_template.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <string>
#include <vector>

#include "tools/record/fail.h"
#include "tools/record/process_tree.h"
#include "tools/record/wine_environment.h"
#include "tools/record/wine_run.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// To be raised when what is done to a fresh prefix changes.
constexpr int kLayoutVersion = 2;
constexpr auto kMakingLimit = 180s;
constexpr auto kEndLimit = 10s;
constexpr std::uintmax_t kBytesNeeded = 800'000'000;

// Another user's prefix is refused by Wine, and its user's directories have another name.
std::string template_name(const WineInstall& wine) {
  const std::string version = wine.version.substr(0, wine.version.find(' '));
  const std::size_t hash = std::hash<std::string>()(
      fmt::format("{} {} {} {}", kLayoutVersion, wine.version, wine.loader.string(), ::geteuid()));
  return fmt::format("{}-{:016x}", version, hash);
}

void make_cache_directory(const fs::path& cache) {
  std::error_code error;
  fs::create_directories(cache, error);
  if (error || ::access(cache.c_str(), W_OK) != 0) {
    fail(
        fmt::format("{}: the Wine prefix cannot be kept there: {} (DDIREPLAY_CACHE names another "
                    "directory)",
                    cache.string(), error ? error.message() : errno_text()));
  }
}

void check_space(const fs::path& cache) {
  const fs::space_info space = fs::space(cache);
  if (space.available >= kBytesNeeded) return;
  fail(
      fmt::format("{}: {} MB are free, a Wine prefix takes {} MB (DDIREPLAY_CACHE names another "
                  "directory)",
                  cache.string(), space.available / 1'000'000, kBytesNeeded / 1'000'000));
}

// Keeps the last lines that Wine says, for the case that it fails.
class MakingWatcher : public RunWatcher {
 public:
  void on_line(Stream, std::string_view line) override {
    last_lines_.emplace_back(line);
    if (last_lines_.size() > 5) last_lines_.pop_front();
  }
  Clock::time_point deadline() const override { return deadline_; }
  bool on_deadline() override { return false; }
  bool on_stop_request() override { return false; }

  std::string last_words() const {
    std::string words;
    for (const std::string& line : last_lines_) words += (words.empty() ? "" : "; ") + line;
    return words.empty() ? "it said nothing" : words;
  }

 private:
  Clock::time_point deadline_ = Clock::now() + kMakingLimit;
  std::deque<std::string> last_lines_;
};

[[noreturn]] void fail_stopped() {
  end_descendants(kEndLimit);
  fail("stopped on request while the Wine prefix was made; nothing was recorded");
}

// Until its registry is on disk: the server writes it when it ends.
void end_session(const WineInstall& wine, const std::vector<std::string>& environment,
                 SignalQueue& signals) {
  MakingWatcher watcher;
  run_watched({wine.server, "-k"}, environment, watcher, signals);
  end_descendants(kEndLimit);
}

// Runs one of Wine's own programs to its end.
void run_wine_program(const WineInstall& wine, const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment, SignalQueue& signals) {
  std::vector<std::string> command = {wine.loader};
  command.insert(command.end(), arguments.begin(), arguments.end());
  MakingWatcher watcher;
  const RunEnd end = run_watched(command, environment, watcher, signals);
  if (end.kind == RunEnd::Kind::stop_requested) fail_stopped();
  if (end.kind == RunEnd::Kind::exited && end.exit_status == 0) return;
  end_descendants(kEndLimit);
  const std::string how = end.kind == RunEnd::Kind::out_of_time
                              ? fmt::format("not done after {} s", kMakingLimit.count())
                              : fmt::format("it ended with status {}", end.exit_status);
  fail(fmt::format("Wine cannot make a prefix ({}: {}): {}", arguments.front(), how,
                   watcher.last_words()));
}

// When a process crashes, Wine starts a debugger and waits for it; only the thread that crashed
// waits. In place of a debugger, something that takes a second: in that time the recorder, in the
// same process, writes the driver's last events to the trace.
std::vector<std::string> hold_crashed_processes() {
  return {"reg",
          "add",
          R"(HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug)",
          "/f",
          "/v",
          "Debugger",
          "/d",
          R"(C:\windows\system32\ping.exe -n 2 127.0.0.1)"};
}

void make_prefix(const WineInstall& wine, const std::vector<std::string>& environment,
                 SignalQueue& signals) {
  run_wine_program(wine, {"wineboot", "--init"}, environment, signals);
  run_wine_program(wine, hold_crashed_processes(), environment, signals);
  end_session(wine, environment, signals);
  // Then the server may have been ended before it had written its registry.
  if (signals.stop_requests() > 0) fail_stopped();
}

// Wine links the user's Desktop, Documents and so on to those in the home directory. A driver's
// test has no business there.
void cut_links_to_home(const fs::path& prefix) {
  std::vector<fs::path> links;
  for (const auto& entry : fs::recursive_directory_iterator(prefix / "drive_c")) {
    if (entry.is_symlink()) links.push_back(entry.path());
  }
  for (const fs::path& link : links) {
    fs::remove(link);
    fs::create_directory(link);
  }
}

// Images, and tables that Wine maps read-only.
bool is_only_read(const fs::path& path) {
  const fs::path extension = path.extension();
  for (const char* table : {".nls", ".msstyles", ".tlb"}) {
    if (extension == table) return true;
  }
  std::array<char, 2> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return start == std::array{'M', 'Z'};
}

void mark_shared_files(const fs::path& prefix) {
  constexpr auto kWriteBits =
      fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  for (const auto& entry : fs::recursive_directory_iterator(prefix / "drive_c")) {
    if (!entry.is_regular_file() || !is_only_read(entry.path())) continue;
    fs::permissions(entry.path(), kWriteBits, fs::perm_options::remove);
  }
}

// Where a template is made, under a name that no one takes for a complete one. The name is always
// the same: what a crash left there is removed by the next who makes one.
class Workshop {
 public:
  explicit Workshop(const fs::path& path) : path_(path.string() + ".unfinished") {
    fs::remove_all(path_);
    fs::create_directory(path_);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  ~Workshop() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  fs::path prefix() const { return path_ / "prefix"; }
  fs::path home() const { return path_ / "home"; }
  fs::path temporary() const { return path_ / "temporary"; }

 private:
  fs::path path_;
};

void make_template(const fs::path& path, const WineInstall& wine, SignalQueue& signals) {
  const Workshop workshop(path);
  const fs::path prefix = workshop.prefix();
  make_prefix(wine, wine_environment(wine, prefix, workshop.home(), workshop.temporary()), signals);
  if (!fs::exists(prefix / "system.reg")) {
    fail(fmt::format("{}: Wine made a prefix without a registry; is the disk full?",
                     prefix.string()));
  }
  cut_links_to_home(prefix);
  mark_shared_files(prefix);
  fs::rename(prefix, path);
}

void make_template_or_explain(const fs::path& path, const WineInstall& wine, SignalQueue& signals,
                              const Talk& talk) {
  talk(fmt::format("making the Wine prefix {} (once; 2 to 20 s) ...", path.string()));
  try {
    check_space(path.parent_path());
    make_template(path, wine, signals);
  } catch (const fs::filesystem_error& error) {
    fail(fmt::format("{}: the Wine prefix cannot be made: {}", error.path1().string(),
                     error.code().message()));
  }
}

fs::path lock_path(const fs::path& cache) { return cache / "lock"; }

}  // namespace

fs::path cache_directory() {
  if (const char* own = std::getenv("DDIREPLAY_CACHE"); own && *own) return fs::absolute(own);
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg == '/') {
    return fs::path(xdg) / "ddireplay";
  }
  if (const char* home = std::getenv("HOME"); home && *home == '/') {
    return fs::path(home) / ".cache/ddireplay";
  }
  fail("there is no place for the Wine prefix: set DDIREPLAY_CACHE to a directory of yours");
}

PrefixTemplate PrefixTemplate::open(const fs::path& cache, const WineInstall& wine,
                                    SignalQueue& signals, const Talk& talk) {
  make_cache_directory(cache);
  const fs::path path = cache / template_name(wine);
  const auto on_wait = [&] {
    talk("waiting for another recording that makes the Wine prefix ...");
  };
  while (true) {
    FileLock reading(lock_path(cache), FileLock::Mode::shared, signals, on_wait);
    if (fs::exists(path)) return PrefixTemplate(path, std::move(reading));
    reading = FileLock();
    const FileLock making(lock_path(cache), FileLock::Mode::exclusive, signals, on_wait);
    if (!fs::exists(path)) make_template_or_explain(path, wine, signals, talk);
  }
}

void discard_template(const fs::path& cache, const fs::path& path) {
  const FileLock making(lock_path(cache), FileLock::Mode::exclusive);
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

}  // namespace ddireplay::tools::record
