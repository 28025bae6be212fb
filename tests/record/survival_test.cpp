// The process that hosts recorder and driver is gone from one moment to the next: what is left?
#include <signal.h>
#include <time.h>

#include <catch2/catch.hpp>

#include "checkers/registry.h"
#include "driver_host.h"
#include "record_run.h"
#include "recorded.h"
#include "replay/replay.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

void sleep_ms(long milliseconds) {
  const timespec time = {milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  ::nanosleep(&time, nullptr);
}

// The driver's host, once so many of the driver's calls have reached the file.
pid_t wait_for_host(RecordRun& run, const fs::path& output, std::uintmax_t bytes) {
  const fs::path partial = output.string() + ".partial";
  if (!run.wait_for("running busy-exercise.exe")) return 0;
  std::error_code error;
  for (int i = 0; i < 12'000 && fs::file_size(partial, error) < bytes; ++i) sleep_ms(5);
  return find_driver_host(partial);
}

TEST_CASE("what was in no chunk yet is carved out of the host's memory") {
  const Bench bench;
  const fs::path output = bench.file("out.ddt");
  // So seldom that all but the first events are in memory only.
  RecordRun run = bench.start({built("Busy.sys"), "--flush-ms", "60000", "-o", output, "--",
                               built("busy-exercise.exe"), "1000000"});
  const pid_t host = wait_for_host(run, output, 16 * 1024);
  REQUIRE(host != 0);
  ::kill(host, SIGSTOP);
  CHECK(dump_memory(host, bench.file("dump")) > 1 << 20);
  ::kill(host, SIGKILL);
  const Ran ran = run.finish();
  CAPTURE(ran.err);
  CHECK(ran.status >= 3);

  const Ran carved =
      bench.run({"repair", "--carve", bench.file("dump"), "-o", bench.file("carved.ddt")});
  CAPTURE(carved.out, carved.err);
  CHECK(carved.status == 3);
  Recorded tail = read_recorded(bench.file("carved.ddt"));
  CHECK(tail.events > 100);
  CHECK(tail.calls["ExAllocatePoolWithTag"] > 10);
  CHECK(tail.target == "Busy.sys");
  CHECK_THAT(carved.out, Contains("what came after #" + std::to_string(tail.events)));

  // Together with what had reached the file nothing is missing in between.
  if (ran.status == 4) return;
  Recorded file = read_recorded(output);
  const Ran joined =
      bench.run({"repair", "--carve", output, bench.file("dump"), "-o", bench.file("joined.ddt")});
  CAPTURE(joined.out);
  Recorded all = read_recorded(bench.file("joined.ddt"));
  CHECK(all.events >= file.events + 10);
  CHECK(all.calls["cb:DriverEntry"] == 2);
  CHECK_THAT(joined.out, !Contains("Missing:"));
}

// What the replay says without an "unknown".
std::vector<std::string> violations_in(const fs::path& path) {
  format::TraceReader trace = format::TraceReader::open(path);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers);
  replay.run();
  std::vector<std::string> violations;
  for (const replay::Finding& finding : replay.report().findings) {
    if (finding.verdict == replay::Verdict::unknown) continue;
    violations.push_back(finding.rule->id() + " at #" + std::to_string(finding.position));
  }
  return violations;
}

TEST_CASE("a flight recording is bounded, has the newest events, and blames nobody") {
  const Bench bench;
  const fs::path output = bench.file("out.ddt");
  const Ran ran = bench.record({built("Busy.sys"), "--flight", "1", "-o", output, "--",
                                built("busy-exercise.exe"), "15000"});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK(fs::file_size(output) < (1 << 20) + (1 << 16));
  Recorded recorded = read_recorded(output);
  CHECK_FALSE(recorded.complete);
  CHECK(recorded.events > 10'000);
  CHECK(recorded.calls["cb:DriverEntry"] == 0);
  CHECK(recorded.calls["cb:Unload"] == 2);
  CHECK(recorded.calls["cb:Stopped"] == 1);
  CHECK(violations_in(output) == std::vector<std::string>{});
  const Ran info = bench.run({"info", output});
  CHECK_THAT(info.out, Contains("A flight recording: older events gave way to newer ones"));
  CHECK_THAT(info.out, Contains("Recording: stopped in order"));
  CHECK(bench.run({"replay", output}).status == 3);
}

TEST_CASE("a flight recording that is frozen has nothing of what comes later") {
  const Bench bench;
  const fs::path output = bench.file("out.ddt");
  const Ran ran = bench.record(
      {built("Busy.sys"), "--flight", "1", "-o", output, "--", built("ddirec.exe"), "freeze"});
  CAPTURE(ran.err);
  CHECK(ran.status == 3);  // it ended before all was done
  Recorded recorded = read_recorded(output);
  CHECK(recorded.closed);
  CHECK(recorded.calls["cb:DriverEntry"] == 2);
  CHECK(recorded.calls["cb:Unload"] == 0);
  CHECK(recorded.calls["cb:Stopped"] == 1);
  CHECK_THAT(bench.run({"info", output}).out, Contains("Recording: stopped on request"));
}

TEST_CASE("a flight recording whose host dies leaves its newest chunks") {
  const Bench bench;
  const fs::path output = bench.file("out.ddt");
  RecordRun run = bench.start({built("Busy.sys"), "--flight", "1", "-o", output, "--",
                               built("busy-exercise.exe"), "1000000"});
  // All round once, and some more.
  REQUIRE(wait_for_host(run, output, (1 << 20) - (1 << 17)) != 0);
  sleep_ms(1000);
  const pid_t host = find_driver_host(output.string() + ".partial");
  REQUIRE(host != 0);
  ::kill(host, SIGKILL);
  const Ran ran = run.finish();
  CAPTURE(ran.err);
  CHECK(ran.status == 3);
  CHECK(read_recorded(output).events > 10'000);
  CHECK(violations_in(output) == std::vector<std::string>{});
  const Ran repaired = bench.run({"repair", output, "-o", bench.file("repaired.ddt")});
  CHECK(repaired.status == 3);
  CHECK_THAT(repaired.out, Contains("Missing:   chunks 0 to "));
  CHECK(read_recorded(bench.file("repaired.ddt")).events == read_recorded(output).events);
}

}  // namespace
}  // namespace ddireplay::tools::record
