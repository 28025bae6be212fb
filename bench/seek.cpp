// seek TRACE [SEEKS]: how long a session of the debugger takes to go to a position of the trace and
// show the stack there, and what memory its processes hold for it. The first seek goes to the last
// event: it leaves all checkpoints behind. The others go to random positions.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tools/debugger/command_table.h"
#include "tools/debugger/session.h"

namespace ddireplay::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double seek(tools::Session& session, std::uint64_t position) {
  const Clock::time_point start = Clock::now();
  tools::run_command(session, fmt::format("g #{}", position));
  tools::run_command(session, "k");
  return seconds_since(start);
}

// In kilobytes, of one process: a row of /proc/PID/smaps_rollup.
std::uint64_t memory_row(pid_t process, const std::string& name) {
  std::ifstream rows(fmt::format("/proc/{}/smaps_rollup", process));
  for (std::string word; rows >> word;) {
    std::uint64_t value = 0;
    if (word == name && rows >> value) return value;
  }
  return 0;
}

void print_memory(const std::vector<pid_t>& processes) {
  for (const char* row : {"Private_Dirty:", "Pss_Anon:", "Pss:"}) {
    std::uint64_t sum = 0;
    std::uint64_t most = 0;
    for (const pid_t process : processes) {
      const std::uint64_t one = memory_row(process, row);
      sum += one;
      most = std::max(most, one);
    }
    std::printf("%-15s %8.1f MB in all, %6.1f MB at most\n", row, static_cast<double>(sum) / 1024,
                static_cast<double>(most) / 1024);
  }
}

void measure(const char* path, int seeks) {
  Clock::time_point start = Clock::now();
  tools::Session session(path, "");
  const std::uint64_t events = session.report().events;
  std::printf("%llu events\nopened in %.3f s\n", static_cast<unsigned long long>(events),
              seconds_since(start));
  if (events == 0) return;
  std::printf("first seek: %.3f s\n", seek(session, events));
  std::mt19937_64 random(1);
  std::vector<double> times;
  for (int i = 0; i < seeks; ++i) times.push_back(seek(session, 1 + random() % events));
  std::sort(times.begin(), times.end());
  std::printf("%d seeks: median %.3f s, longest %.3f s\n", seeks, times[times.size() / 2],
              times.back());
  std::printf("%zu processes\n", session.processes().size());
  print_memory(session.processes());
}

}  // namespace
}  // namespace ddireplay::bench

int main(int argument_count, char** arguments) {
  const int seeks = argument_count > 2 ? std::atoi(arguments[2]) : 200;
  if (argument_count < 2 || argument_count > 3 || seeks < 1) {
    std::fprintf(stderr, "usage: seek TRACE [SEEKS]\n");
    return 2;
  }
  try {
    ddireplay::bench::measure(arguments[1], seeks);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "seek: %s\n", error.what());
    return 1;
  }
}
