// The process that hosts recorder and driver is gone from one moment to the next: what is left?
#include <signal.h>
#include <time.h>

#include <catch2/catch.hpp>

#include "driver_host.h"
#include "record_run.h"
#include "recorded.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

void sleep_ms(long milliseconds) {
  const timespec time = {milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  ::nanosleep(&time, nullptr);
}

// The driver's host, once the program keeps the driver busy.
pid_t wait_for_host(RecordRun& run, const fs::path& output) {
  if (!run.wait_for("running busy-exercise.exe")) return 0;
  sleep_ms(500);
  return find_driver_host(output.string() + ".partial");
}

TEST_CASE("what was in no chunk yet is carved out of the host's memory") {
  const Bench bench;
  const fs::path output = bench.file("out.ddt");
  // So seldom that all but the first events are in memory only.
  RecordRun run = bench.start({built("Busy.sys"), "--flush-ms", "60000", "-o", output, "--",
                               built("busy-exercise.exe"), "1000000"});
  const pid_t host = wait_for_host(run, output);
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
  CHECK_THAT(joined.out, !Contains("Missing:") && !Contains("Gap:"));
}

}  // namespace
}  // namespace ddireplay::tools::record
