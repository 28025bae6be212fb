// What is put in place before a recording, and drivers that are recorded by their service's name.
#include <catch2/catch.hpp>
#include <fstream>

#include "record_run.h"
#include "recorded.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

TEST_CASE("a setup's files, registry and drivers are there before the target starts") {
  const Bench bench;
  const fs::path setup = bench.file("setup");
  write(setup / "files/Probe/hello.txt", "here I am");
  // One of Wine's own: the template must keep its own copy.
  write(setup / "files/windows/system32/license.rtf", "replaced");
  write(setup / "probe.reg",
        "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\Software\\Probe]\n\"Name\"=\"from a.reg\"\n");
  fs::create_directories(setup / "drivers");
  fs::copy_file(built("StackFunction.sys"), setup / "drivers/StackFunction.sys");
  // The filter starts only if the function driver is there.
  const Ran ran = bench.record({built("StackFilter.sys"), "--setup", setup, "--check-exit", "-o",
                                bench.file("out.ddt"), "--", SHOW_SETUP, "C:\\probe\\hello.txt",
                                "Software\\Probe", "Name"});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK_THAT(ran.err, Contains("file: here I am") && Contains("value: from a.reg"));
  Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.complete);
  CHECK(recorded.calls_of["StackFilter.sys"]["IoAttachDeviceToDeviceStack"] == 1);
  CHECK_FALSE(recorded.calls_of.contains("StackFunction.sys"));
  CHECK(bench.left_behind().empty());
}

TEST_CASE("a driver of a setup that does not start is named, and nothing is recorded") {
  const Bench bench;
  const fs::path drivers = bench.file("setup/drivers");
  fs::create_directories(drivers);
  fs::copy_file(built("StackFilter.sys"), drivers / "StackFilter.sys");
  const Ran ran = bench.record(
      {built("Busy.sys"), "--setup", bench.file("setup"), "-o", bench.file("out.ddt")});
  CAPTURE(ran.err);
  CHECK(ran.status == 4);
  CHECK_THAT(ran.err, Contains("StackFilter.sys: can't be loaded: STATUS_"));
  CHECK_FALSE(fs::exists(bench.file("out.ddt")));
}

TEST_CASE("a driver of Wine's own is recorded by its service's name") {
  const Bench bench;
  const Ran ran = bench.record({"--service", "http", "-o", bench.file("out.ddt")});
  CAPTURE(ran.err);
  Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.closed);
  CHECK_FALSE(recorded.attached);
  CHECK(recorded.target == "http.sys");
  CHECK(recorded.calls_of["http.sys"]["cb:DriverEntry"] == 2);
  CHECK(recorded.calls_of["http.sys"]["IoCreateDevice"] == 1);
  // Under Wine it never ends its unload.
  CHECK(bench.run({"replay", bench.file("out.ddt")}).status == 3);
  CHECK(bench.left_behind().empty());
}

TEST_CASE("a service that a setup brings can be recorded by its name") {
  const Bench bench;
  const fs::path setup = bench.file("setup");
  fs::create_directories(setup / "files/windows/system32/drivers");
  fs::copy_file(built("Busy.sys"), setup / "files/windows/system32/drivers/Busy.sys");
  write(setup / "worker.reg",
        "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\Services\\Worker]\n"
        "\"Type\"=dword:00000001\n\"Start\"=dword:00000003\n\"ErrorControl\"=dword:00000001\n"
        "\"ImagePath\"=\"C:\\\\windows\\\\system32\\\\drivers\\\\Busy.sys\"\n");
  const Ran ran = bench.record({"--service", "Worker", "--setup", setup, "-o",
                                bench.file("out.ddt"), "--", built("busy-exercise.exe"), "20"});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK(read_recorded(bench.file("out.ddt")).calls_of["Busy.sys"]["cb:DriverEntry"] == 2);
}

TEST_CASE("a service that can't be recorded is named with the reason") {
  const Bench bench;
  const auto says = [&](const std::string& service, const std::string& why) {
    const Ran ran = bench.record({"--service", service, "-o", bench.file("out.ddt")});
    CAPTURE(ran.err);
    CHECK(ran.status == 4);
    CHECK_THAT(ran.err, Contains(why));
  };
  says("Nonesuch", "Nonesuch: there is no service of that name");
  says("RpcSs", "RpcSs: a service, but not a driver's");
  says("nsiproxy", "--attach nsiproxy records it from here on");
}

}  // namespace
}  // namespace ddireplay::tools::record
