// Drivers whose DriverUnload takes its time.
#include <catch2/catch.hpp>

#include "record_run.h"
#include "recorded.h"
#include "tools/record/windows_path.h"

namespace ddireplay::tools::record {
namespace {

using Catch::Matchers::Contains;

Ran record_unload(const Bench& bench, const std::vector<std::string>& words) {
  std::vector<std::string> command = {built("SlowUnload.sys"), "-o", bench.file("out.ddt"), "--",
                                      built("unload-exercise.exe")};
  command.insert(command.end(), words.begin(), words.end());
  return bench.record(command);
}

TEST_CASE("an unload may need the system to serve requests of its own") {
  const Bench bench;
  const Ran ran = record_unload(bench, {"opens"});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  const Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.complete);
  CHECK(recorded.calls.contains("cb:ImageUnload"));
}

TEST_CASE("the recorder answers while a driver unloads, and loads it again") {
  const Bench bench;
  const Ran ran = record_unload(bench, {"status", *windows_path(built("ddirec.exe"))});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK_THAT(ran.err, Contains("\"state\":\"recording\"") && Contains("\"service_requests\":1"));
  Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.complete);
  CHECK(recorded.calls["cb:ImageLoad"] == 2);
  CHECK(recorded.calls["cb:ImageSection"] >= 4);  // code and data, twice
  CHECK(recorded.calls["cb:ImageUnload"] == 2);
  CHECK(bench.left_behind().empty());
}

TEST_CASE("of a driver that never unloads the trace is closed, and the reason said") {
  const Bench bench;
  const Ran ran = record_unload(bench, {"forever"});
  CAPTURE(ran.err);
  CHECK(ran.status == 3);
  CHECK_THAT(ran.err, Contains("SlowUnload.sys: doesn't unload: its DriverUnload has not returned "
                               "in time"));
  Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.closed);
  CHECK(recorded.calls["cb:Unload"] == 1);  // entered, never left
  CHECK(bench.left_behind().empty());
}

}  // namespace
}  // namespace ddireplay::tools::record
