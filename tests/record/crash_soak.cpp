// crash_soak [CRASHES [SEED [FLUSH_MS [MOST_MS]]]]
//
// Records the busy driver again and again, each time killing its host at a random moment, and looks
// at what is left: the trace must be readable up to the last chunk that was flushed, and say what
// is missing. With MOST_MS it must not lack more than that before the end: one flush interval, and
// what the machine takes to give the writer a processor. Prints a line for each crash, and a
// summary. Exit status 1: some trace was not as it should be.
#include <signal.h>
#include <time.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "driver_host.h"
#include "record_run.h"
#include "recorded.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kMaxDelayMs = 1500;

struct Options {
  unsigned crashes = 5;
  unsigned seed = 1;
  unsigned flush_ms = 100;
  unsigned most_ms = 0;  // 0: nothing is asked of time
};

struct Crash {
  unsigned delay_ms = 0;
  std::size_t events = 0;
  double missing_ms = 0;  // between the last event in the trace and the host's death
  std::string wrong{};    // empty: all is as it should be
};

void sleep_ms(unsigned milliseconds) {
  const timespec time = {milliseconds / 1000, long{milliseconds % 1000} * 1'000'000};
  ::nanosleep(&time, nullptr);
}

// In units of 100 ns since 1601, as a trace's header has it.
std::uint64_t filetime_now() {
  constexpr std::uint64_t kUnixEpoch = 116'444'736'000'000'000;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return kUnixEpoch + static_cast<std::uint64_t>(now.tv_sec) * 10'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 100;
}

// Until the driver's calls reach the file: before that nobody can tell from the trace whether
// events are missing or nothing happened. False: that takes too long.
bool wait_until_busy(const fs::path& trace) {
  constexpr std::uintmax_t kBusyBytes = 16 * 1024;
  for (int i = 0; i < 4000; ++i) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(trace, error);
    if (!error && bytes > kBusyBytes) return true;
    sleep_ms(5);
  }
  return false;
}

bool has(const std::string& text, const char* part) { return text.find(part) != text.npos; }

// All that a reader finds; false where anything in the trace can't be read.
bool read_trace(const fs::path& path, std::uint64_t killed_at, Crash& crash) {
  format::TraceReader trace = format::TraceReader::open(path);
  format::EventSource source(trace);
  std::uint64_t last = trace.header().start_clock;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      crash.events += event.function != format::kGap;
      last = std::max(last, event.time);
    }
  }
  const auto& header = trace.header();
  const double until_kill = static_cast<double>(killed_at - header.start_filetime) / 10'000;
  const double until_last =
      static_cast<double>(last - header.start_clock) / static_cast<double>(header.clock_hz) * 1000;
  crash.missing_ms = std::max(until_kill - until_last, 0.0);
  const format::Condition& condition = trace.condition();
  return condition.damaged_chunks == 0 && condition.skipped_bytes == 0 &&
         condition.missing_chunks == 0 && condition.lost_events == 0 && condition.recovered;
}

std::string judge(const Options& options, const Bench& bench, const Ran& ran,
                  std::uint64_t killed_at, Crash& crash) {
  const fs::path output = bench.file("out.ddt");
  if (ran.status != 3) return "record ended with status " + std::to_string(ran.status);
  if (!has(ran.err, "(winedevice.exe) ended")) return "record doesn't say that the host is gone";
  if (!read_trace(output, killed_at, crash)) return "the trace is damaged";
  if (crash.events == 0) return "there are no events";
  if (options.most_ms != 0 && crash.missing_ms > options.most_ms) return "too much is missing";
  const Ran info = bench.run({"info", output});
  if (!has(info.out, "what came after its last chunk isn't known")) {
    return "info doesn't say what is missing";
  }
  const Ran replayed = bench.run({"replay", "--json", output});
  if (replayed.status != 3) return "replay doesn't say that it has gaps";
  if (has(replayed.out, "\"verdict\":\"violation\"")) return "a driver without faults is blamed";
  const Ran repaired = bench.run({"repair", output, "-o", bench.file("repaired.ddt")});
  if (repaired.status != 3) return "repair's status is " + std::to_string(repaired.status);
  if (read_recorded(bench.file("repaired.ddt")).events != crash.events) {
    return "the repaired trace has other events";
  }
  return {};
}

Crash crash_once(const Options& options, unsigned delay_ms) {
  Crash crash;
  crash.delay_ms = delay_ms;
  const Bench bench;
  const fs::path output = bench.file("out.ddt");
  RecordRun run = bench.start({built("Busy.sys"), "--flush-ms", std::to_string(options.flush_ms),
                               "-o", output, "--", built("busy-exercise.exe"), "1000000"});
  const fs::path partial = output.string() + ".partial";
  const bool runs = run.wait_for("running busy-exercise.exe") && wait_until_busy(partial);
  if (runs) sleep_ms(delay_ms);
  const pid_t host = runs ? find_driver_host(partial) : 0;
  const std::uint64_t killed_at = filetime_now();
  ::kill(host != 0 ? host : run.id(), SIGKILL);
  const Ran ran = run.finish();
  if (host == 0) {
    crash.wrong = "there was no host to kill: " + ran.err;
    return crash;
  }
  try {
    crash.wrong = judge(options, bench, ran, killed_at, crash);
  } catch (const format::Error& error) {
    crash.wrong = error.what();
  }
  if (!crash.wrong.empty()) std::printf("%s\n", ran.err.c_str());
  return crash;
}

int soak(const Options& options) {
  std::mt19937 random(options.seed);
  std::vector<double> missing;
  unsigned wrong = 0;
  for (unsigned i = 0; i < options.crashes; ++i) {
    const Crash crash = crash_once(options, random() % kMaxDelayMs);
    std::printf("%u: killed after %u ms; %zu events, %.1f ms missing%s%s\n", i + 1, crash.delay_ms,
                crash.events, crash.missing_ms,
                crash.wrong.empty() ? "" : ": WRONG: ", crash.wrong.c_str());
    std::fflush(stdout);
    wrong += !crash.wrong.empty();
    missing.push_back(crash.missing_ms);
  }
  std::ranges::sort(missing);
  std::printf("%u crashes, %u wrong; missing at the end: median %.1f ms, at most %.1f ms\n",
              options.crashes, wrong, missing[missing.size() / 2], missing.back());
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ddireplay::tools::record

int main(int argc, char** argv) {
  using namespace ddireplay::tools::record;
  Options options;
  unsigned* const places[] = {&options.crashes, &options.seed, &options.flush_ms, &options.most_ms};
  if (argc > 5) return 2;
  for (int i = 1; i < argc; ++i) {
    *places[i - 1] = static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10));
  }
  return options.crashes == 0 ? 2 : soak(options);
}
