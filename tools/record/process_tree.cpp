#include "tools/record/process_tree.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

namespace ddireplay::tools::record {
namespace {

using std::chrono::steady_clock;

std::string read(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string read_proc(pid_t process, std::string_view file) {
  return read(fmt::format("/proc/{}/{}", process, file));
}

// "ID (NAME) STATE PARENT ...", where NAME may hold anything, ")" too.
std::optional<Process> parse_stat(pid_t id, const std::string& stat) {
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  Process process{id, 0, stat.substr(open + 1, close - open - 1)};
  std::istringstream rest(stat.substr(close + 1));
  if (!(rest >> process.state >> process.parent)) return std::nullopt;
  return process;
}

// Of a directory of /proc that has one entry for each process or thread.
std::vector<Process> list(const std::string& directory) {
  std::vector<Process> processes;
  std::error_code ignored;  // it may be gone before it is looked at
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename();
    pid_t id = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), id);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (auto process = parse_stat(id, read(entry.path() / "stat"))) processes.push_back(*process);
  }
  return processes;
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// Until a child ends or the time is over. SIGCHLD is blocked.
void wait_for_an_end(steady_clock::time_point until) {
  const auto left = std::max(until - steady_clock::now(), steady_clock::duration::zero());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  const timespec limit{.tv_sec = seconds.count(),
                       .tv_nsec = std::chrono::nanoseconds(left - seconds).count()};
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  ::sigtimedwait(&child_ended, nullptr, &limit);
}

// SIGCHLD must be blocked while its coming is waited for.
class BlockedChildSignal {
 public:
  BlockedChildSignal() {
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child_ended, &previous_);
  }
  BlockedChildSignal(const BlockedChildSignal&) = delete;
  BlockedChildSignal& operator=(const BlockedChildSignal&) = delete;
  ~BlockedChildSignal() { ::sigprocmask(SIG_SETMASK, &previous_, nullptr); }

 private:
  sigset_t previous_;
};

}  // namespace

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

std::vector<Process> descendants() {
  std::vector<Process> others = list("/proc");
  std::set<pid_t> family = {::getpid()};
  std::vector<Process> found;
  // Ids wrap around, so a child may stand before its parent: until nothing is added.
  for (bool grew = true; grew;) {
    grew = false;
    for (Process& process : others) {
      if (!family.contains(process.parent) || !family.insert(process.id).second) continue;
      found.push_back(process);
      grew = true;
    }
  }
  return found;
}

std::vector<pid_t> running_threads(pid_t process) {
  std::vector<pid_t> running;
  for (const Process& thread : list(fmt::format("/proc/{}/task", process))) {
    if (thread.state == 'R') running.push_back(thread.id);
  }
  return running;
}

std::string command_line(pid_t process) {
  std::string line = read_proc(process, "cmdline");
  while (line.ends_with('\0')) line.pop_back();
  std::replace(line.begin(), line.end(), '\0', ' ');
  return line;
}

bool has_open(pid_t process, const std::filesystem::path& file) {
  std::error_code ignored;
  const std::filesystem::path open_files = fmt::format("/proc/{}/fd", process);
  for (const auto& entry : std::filesystem::directory_iterator(open_files, ignored)) {
    if (std::filesystem::read_symlink(entry.path(), ignored) == file) return true;
  }
  return false;
}

void collect_ended(const OnEnded& on_ended) {
  int status = 0;
  for (pid_t id = 0; (id = ::waitpid(-1, &status, WNOHANG)) > 0;) on_ended(id, status);
}

std::vector<std::string> end_descendants(std::chrono::milliseconds limit) {
  const BlockedChildSignal blocked;
  const auto until = steady_clock::now() + limit;
  while (true) {
    const std::vector<Process> left = descendants();
    for (const Process& process : left) ::kill(process.id, SIGKILL);
    collect_ended([](pid_t, int) {});
    if (!has_children()) return {};
    if (steady_clock::now() >= until) {
      std::vector<std::string> names;
      for (const Process& process : left) {
        if (process.state != 'Z') names.push_back(fmt::format("{} ({})", process.name, process.id));
      }
      return names;
    }
    wait_for_an_end(until);
  }
}

}  // namespace ddireplay::tools::record
