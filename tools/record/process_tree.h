// The processes that descend from this one.
//
// A process that has adopted orphans keeps every descendant, whoever started it and however it
// detached itself (new session, double fork): the kernel hands it what loses its parent. So a whole
// Wine session, daemons included, can be listed, and ended with certainty.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ddireplay::tools::record {

// Wine's process that drivers live in.
inline constexpr std::string_view kDriverHost = "winedevice.exe";

struct Process {
  pid_t id = 0;
  pid_t parent = 0;
  std::string name;  // the kernel's: 15 characters at most
  char state = 0;    // as in /proc: 'R' is running; 'Z' has ended, but is not collected yet
};

// From now on this process adopts descendants that lose their parent.
void adopt_orphans();

std::vector<Process> descendants();

// Those of its threads that are on a processor or wait for one.
std::vector<pid_t> running_threads(pid_t process);

// As /proc has it, arguments joined by blanks; empty if the process is gone.
std::string command_line(pid_t process);

// Whether one of its open files is this one.
bool has_open(pid_t process, const std::filesystem::path& file);

// Collects children that have ended, without waiting.
using OnEnded = std::function<void(pid_t process, int wait_status)>;
void collect_ended(const OnEnded& on_ended);

// Kills all descendants and waits until none is left. Returns the names of those that outlive the
// limit (stuck in the kernel); empty otherwise.
std::vector<std::string> end_descendants(std::chrono::milliseconds limit);

}  // namespace ddireplay::tools::record
