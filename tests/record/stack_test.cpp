// Several drivers in one recording.
#include <catch2/catch.hpp>

#include "record_run.h"
#include "recorded.h"

namespace ddireplay::tools::record {
namespace {

using Catch::Matchers::Contains;

Ran record_stack(const Bench& bench, const std::vector<std::string>& words) {
  std::vector<std::string> command = {
      built("StackFunction.sys"), built("StackFilter.sys"), "-o", bench.file("out.ddt"), "--",
      built("stack-exercise.exe")};
  command.insert(command.end(), words.begin(), words.end());
  return bench.record(command);
}

TEST_CASE("a stack of two drivers is recorded, and each event knows its driver") {
  const Bench bench;
  const Ran ran = record_stack(bench, {"2"});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK_THAT(ran.err, Contains("loading StackFunction.sys, StackFilter.sys"));
  const std::string trace = bench.file("out.ddt");
  Recorded recorded = read_recorded(trace);
  CHECK(recorded.complete);
  auto& function = recorded.calls_of["StackFunction.sys"];
  auto& filter = recorded.calls_of["StackFilter.sys"];
  CHECK(function["IoCreateSymbolicLink"] == 1);
  CHECK(function.count("IofCallDriver") == 0);
  CHECK(filter["IoAttachDeviceToDeviceStack"] == 1);
  CHECK(filter["IofCallDriver"] == 2 * filter["ExAllocatePoolWithTag"]);  // both ends, one
  CHECK(filter["IofCompleteRequest"] == 0);
  CHECK(function["ExAllocatePoolWithTag"] == 20);
  CHECK(function["cb:Unload"] == 2);
  CHECK(filter["cb:Unload"] == 2);

  CHECK_THAT(bench.run({"info", trace}).out,
             Contains("StackFilter.sys (target)") && Contains("StackFunction.sys (target)") &&
                 Contains("    StackFilter!IofCallDriver  22 call"));
  const std::string events = bench.run({"dump", trace}).out;
  CHECK_THAT(events,
             Contains("[StackFilter] cb:Dispatch(") || Contains("-> [StackFilter] cb:Disp"));
  // Loaded in the order given, unloaded in reverse.
  CHECK(events.find("[StackFunction] cb:DriverEntry") <
        events.find("[StackFilter] cb:DriverEntry"));
  CHECK(events.find("[StackFilter] cb:Unload") < events.find("[StackFunction] cb:Unload"));
  CHECK(bench.run({"replay", trace}).status == 0);
  CHECK(bench.left_behind().empty());
}

TEST_CASE("a leak in a stack is the driver's that has leaked") {
  const Bench bench;
  const Ran ran = record_stack(bench, {"2", "leak"});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  const Ran replay = bench.run({"replay", bench.file("out.ddt")});
  CAPTURE(replay.out);
  CHECK(replay.status == 1);
  CHECK_THAT(replay.out, Contains("StackFunction") && Contains("SFnc") && !Contains("SFlt"));
}

TEST_CASE("a stack whose upper driver does not start is taken down again") {
  const Bench bench;
  // Without the function driver there is no device to attach to.
  const Ran ran = bench.record({built("Busy.sys"), built("StackFilter.sys"), "-o",
                                bench.file("out.ddt"), "--", built("busy-exercise.exe")});
  CAPTURE(ran.err);
  CHECK(ran.status == 3);
  CHECK_THAT(ran.err, Contains("StackFilter.sys: can't be loaded: STATUS_") &&
                          !Contains("running busy-exercise.exe"));
  Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.complete);
  CHECK(recorded.calls_of["Busy.sys"]["cb:Unload"] == 2);
}

}  // namespace
}  // namespace ddireplay::tools::record
