// replay_memory TRACE...: the memory that a replay with all checkers takes at most, for traces of
// different lengths, each in a process of its own.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "checkers/registry.h"
#include "format/trace_reader.h"
#include "replay/replay.h"

namespace ddireplay::bench {
namespace {

void replay_trace(const char* path) {
  const auto start = std::chrono::steady_clock::now();
  format::TraceReader trace = format::TraceReader::open(path);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers);
  replay.run();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%12llu events  %8.1f MB of trace  %7.1f MB of memory at most  %7.2f s\n",
              static_cast<unsigned long long>(replay.report().events),
              static_cast<double>(trace.file_bytes()) / (1 << 20),
              static_cast<double>(usage.ru_maxrss) / 1024, seconds);
}

bool replay_in_child(const char* path) {
  const pid_t child = fork();
  if (child == 0) {
    try {
      replay_trace(path);
      std::exit(0);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "replay_memory: %s\n", error.what());
      std::exit(1);
    }
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace
}  // namespace ddireplay::bench

int main(int argument_count, char** arguments) {
  if (argument_count < 2) {
    std::fprintf(stderr, "usage: replay_memory TRACE...\n");
    return 2;
  }
  bool all_well = true;
  for (int i = 1; i < argument_count; ++i) {
    all_well &= ddireplay::bench::replay_in_child(arguments[i]);
  }
  return all_well ? 0 : 1;
}
