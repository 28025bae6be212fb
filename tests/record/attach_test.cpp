// Drivers that are loaded already when the recording starts.
#include <catch2/catch.hpp>

#include "record_run.h"
#include "recorded.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

bool any_import_supplied(const fs::path& path) {
  const format::TraceReader trace = format::TraceReader::open(path);
  for (const format::ImportInfo& import : trace.footer()->imports) {
    if (import.supplied) return true;
  }
  return false;
}

TEST_CASE("a driver that runs is attached to, and let go again") {
  const std::string name = GENERATE("Busy", "busy.SYS");
  const Bench bench;
  fs::create_directories(bench.file("setup/drivers"));
  fs::copy_file(built("Busy.sys"), bench.file("setup/drivers/Busy.sys"));
  const Ran ran =
      bench.record({"--attach", name, "--setup", bench.file("setup"), "--check-exit", "-o",
                    bench.file("out.ddt"), "--", built("busy-exercise.exe"), "50"});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK_THAT(ran.err, Contains("attaching to " + name));
  Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.complete);
  CHECK(recorded.attached);
  CHECK(recorded.calls["cb:Attached"] == 1);
  CHECK(recorded.calls["cb:Dispatch"] >= 6);  // open, request, close
  CHECK(recorded.calls["ExAllocatePoolWithTag"] > 50);
  CHECK(recorded.calls["cb:DriverEntry"] == 0);
  CHECK(recorded.calls["cb:Unload"] == 0);
  CHECK_FALSE(any_import_supplied(bench.file("out.ddt")));
  CHECK_THAT(bench.run({"info", bench.file("out.ddt")}).out,
             Contains("attached under Wine: every call goes to Wine's own routine"));
  CHECK(bench.run({"replay", bench.file("out.ddt")}).status == 0);
  CHECK(bench.left_behind().empty());
}

TEST_CASE("a driver that Wine has started is attached to in its own process") {
  const Bench bench;
  const Ran ran = bench.record(
      {"--attach", "nsiproxy", "--check-exit", "-o", bench.file("out.ddt"), "--", TCP_TABLE});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.complete);
  CHECK(recorded.attached);
  CHECK(recorded.calls_of["nsiproxy.sys"]["cb:Dispatch"] > 0);
  CHECK(recorded.calls_of["nsiproxy.sys"]["IoCompleteRequest"] > 0);
}

TEST_CASE("what is not loaded is not attached to") {
  const Bench bench;
  const auto says = [&](const std::string& name, const std::string& why) {
    const Ran ran = bench.record({"--attach", name, "-o", bench.file("out.ddt")});
    CAPTURE(ran.err);
    CHECK(ran.status != 0);
    CHECK_THAT(ran.err, Contains(why));
  };
  says("http", "there is nothing to attach to; --service http loads and records it");
  says("Nonesuch", "Nonesuch.sys: can't be attached to: not loaded in the recorder's process");
}

}  // namespace
}  // namespace ddireplay::tools::record
