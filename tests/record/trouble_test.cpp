// Recordings that go wrong: what is said, what is kept, and that nothing else stays.
#include <signal.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "record_run.h"
#include "recorded.h"
#include "tools/record/process_tree.h"
#include "tools/symbols/pe_identity.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

constexpr int kIncomplete = 3;

std::vector<std::string> fault(const Bench& bench, const std::string& kind,
                               const std::string& timeout) {
  return {built("Crash.sys"),          "-o", bench.file("out.ddt"), "--timeout", timeout, "--",
          built("crash-exercise.exe"), kind};
}

TEST_CASE("a driver that crashes is named with the place, and recorded up to there") {
  const Bench bench;
  const Ran ran = bench.record(fault(bench, "null", "60"));
  CAPTURE(ran.err);
  CHECK(ran.status == kIncomplete);
  CHECK_THAT(ran.err, Contains("the driver crashed while running crash-exercise.exe: page fault on "
                               "write access to 0000000000000000 at Crash.sys+0x"));
  const Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.calls.contains("ExFreePoolWithTag"));  // its last call before the fault
  CHECK(bench.left_behind().empty());
}

TEST_CASE("a driver that never comes back is ended in time, and named with the place") {
  const Bench bench;
  const Ran ran = bench.record(fault(bench, "spin", "3"));
  CAPTURE(ran.err);
  CHECK(ran.status == kIncomplete);
  CHECK_THAT(ran.err, Contains("crash-exercise.exe was not done in 3 s") &&
                          Contains("the driver was busy at Crash.sys+0x"));
  CHECK(read_recorded(bench.file("out.ddt")).calls.contains("ExFreePoolWithTag"));
  CHECK(bench.left_behind().empty());
}

TEST_CASE("of a program that waits for ever the trace is closed all the same") {
  const Bench bench;
  const Ran ran = bench.record(fault(bench, "pend", "3"));
  CAPTURE(ran.err);
  CHECK(ran.status == kIncomplete);
  CHECK_THAT(ran.err, Contains("crash-exercise.exe was not done in 3 s"));
  const Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.complete);
  CHECK(recorded.calls.contains("cb:Unload"));
  CHECK(bench.left_behind().empty());
}

// 0: there is none. Wine's server has the file open as well, on behalf of the other.
pid_t find_host(const fs::path& trace) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::string name;
    std::getline(std::ifstream(entry.path() / "comm"), name);
    if (name != kDriverHost) continue;
    const pid_t process = std::stoi(entry.path().filename());
    if (has_open(process, trace)) return process;
  }
  return 0;
}

TEST_CASE("a host process that dies without a word is noticed at once") {
  const Bench bench;
  RecordRun run = bench.start(fault(bench, "pend", "100"));
  REQUIRE(run.wait_for("never complete a request"));
  const pid_t host = find_host(bench.file("out.ddt.partial"));
  REQUIRE(host != 0);
  ::kill(host, SIGKILL);
  const Ran ran = run.finish();
  CAPTURE(ran.err);
  CHECK(ran.status != 0);
  CHECK_THAT(ran.err, Contains("(winedevice.exe) ended by itself while running") &&
                          !Contains("not done in 100 s"));
  CHECK(bench.left_behind().empty());
}

// MyDriver with an entry point that does nothing but return STATUS_UNSUCCESSFUL.
void write_failing_driver(const fs::path& path) {
  std::ifstream original(built("MyDriver.sys"), std::ios::binary);
  std::string image{std::istreambuf_iterator<char>(original), {}};
  const auto identity = read_pe_identity(built("MyDriver.sys"));
  REQUIRE(identity);
  const auto word = [&](std::size_t at) {
    return *reinterpret_cast<const std::uint32_t*>(image.data() + at);
  };
  const std::size_t headers = word(0x3c);
  const std::size_t first_section = headers + 24 + (word(headers + 20) & 0xffff);
  // The code is in the first section: its place in memory, its place in the file.
  const std::size_t entry =
      identity->entry_rva - word(first_section + 12) + word(first_section + 20);
  image.replace(entry, 6, "\xb8\x01\x00\x00\xc0\xc3", 6);  // mov eax, 0xc0000001; ret
  std::ofstream(path, std::ios::binary) << image;
}

TEST_CASE("a driver that refuses to start is named with its status") {
  const Bench bench;
  write_failing_driver(bench.file("Refuses.sys"));
  const Ran ran = bench.record({bench.file("Refuses.sys"), "-o", bench.file("out.ddt"), "--",
                                built("mydriver-exercise.exe")});
  CAPTURE(ran.err);
  CHECK(ran.status == kIncomplete);
  CHECK_THAT(ran.err, Contains("Refuses.sys: can't be loaded: STATUS_UNSUCCESSFUL (0xc0000001)"));
  CHECK(read_recorded(bench.file("out.ddt")).calls.contains("cb:DriverEntry"));
  CHECK(bench.left_behind().empty());
}

TEST_CASE("a recording that is told to stop ends the program and closes the trace") {
  const Bench bench;
  RecordRun run = bench.start(
      {built("Crash.sys"), "-o", bench.file("out.ddt"), "--", built("crash-exercise.exe"), "pend"});
  REQUIRE(run.wait_for("never complete a request"));
  ::kill(run.id(), SIGTERM);
  const Ran ran = run.finish();
  CAPTURE(ran.err);
  CHECK(ran.status == kIncomplete);
  CHECK_THAT(ran.err, Contains("stopped on request while running crash-exercise.exe"));
  CHECK(read_recorded(bench.file("out.ddt")).complete);
  CHECK(bench.left_behind().empty());
}

TEST_CASE("a recording that is killed outright does the same, and leaves no process") {
  const Bench bench;
  RecordRun run = bench.start(
      {built("Crash.sys"), "-o", bench.file("out.ddt"), "--", built("crash-exercise.exe"), "pend"});
  REQUIRE(run.wait_for("never complete a request"));
  ::kill(run.id(), SIGKILL);
  const Ran ran = run.finish();
  CAPTURE(ran.err);
  CHECK(read_recorded(bench.file("out.ddt")).complete);
  CHECK(bench.left_behind().empty());
}

}  // namespace
}  // namespace ddireplay::tools::record
