// Recordings that go wrong: what is said, what is kept, and that nothing else stays.
#include <signal.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "record_run.h"
#include "recorded.h"
#include "tools/ending/ending_text.h"
#include "tools/record/process_tree.h"
#include "tools/symbols/pe_identity.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

constexpr int kIncomplete = 3;

std::vector<std::string> fault(const Bench& bench, const std::string& kind,
                               const std::string& timeout) {
  return {built("Crash.sys"),          "-o", bench.file("out.ddt"), "--timeout", timeout, "--",
          built("crash-exercise.exe"), kind};
}

// What stands in the trace: the words of `ddireplay info`, and the driver's last call.
struct Told {
  std::string ending;
  std::string last_call;
  format::EndReason reason = format::EndReason::stopped;
};

Told told_by(const fs::path& path) {
  format::TraceReader trace = format::TraceReader::open(path);
  REQUIRE(trace.footer() != nullptr);
  Told told;
  told.reason = trace.footer()->end_reason;
  told.ending = ending_sentence(*trace.footer()).value_or("");
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) told.last_call = trace.function(event.function).name;
  }
  return told;
}

TEST_CASE("where Wine does not come up that is said, after some tries") {
  const Bench bench;
  const fs::path broken = bench.file("setup/files/windows/system32");
  fs::create_directories(broken);
  std::ofstream(broken / "services.exe") << "no program";
  const bool attaches = GENERATE(false, true);
  const std::vector<std::string> target = attaches
                                              ? std::vector<std::string>{"--attach", "nsiproxy"}
                                              : std::vector<std::string>{built("Busy.sys")};
  std::vector<std::string> arguments = {"--setup", bench.file("setup"), "-o",
                                        bench.file("out.ddt")};
  arguments.insert(arguments.begin(), target.begin(), target.end());
  const Ran ran = bench.record(arguments);
  CAPTURE(ran.err);
  CHECK(ran.status == static_cast<int>(format::ExitStatus::unreadable));
  CHECK_THAT(ran.err, Contains("the service manager can't be opened"));
  CHECK_THAT(ran.err, Contains("Wine itself ended before the driver was started; once more"));
  CHECK_THAT(ran.err, !Contains("overwritten"));
  CHECK_FALSE(fs::exists(bench.file("out.ddt")));
  CHECK(bench.left_behind().empty());
}

struct CrashCase {
  const char* kind;
  const char* said;  // by record, and in the trace
  const char* place;
  const char* last_call;
};

TEST_CASE("a driver that crashes is named with the place, and recorded up to there") {
  const CrashCase crash =
      GENERATE(CrashCase{"null", "access violation (0xc0000005) writing 0x0 at Crash.sys+0x",
                         "(WriteThroughNull+0x", "ExFreePoolWithTag"},
               CrashCase{"read", "access violation (0xc0000005) reading 0x0 at Crash.sys+0x",
                         "(ReadThroughNull+0x", "ExFreePoolWithTag"},
               CrashCase{"absent", "KeQueryUnbiasedInterruptTime, from Crash.sys+0x",
                         "(CallAbsentDdi+0x", "KeQueryUnbiasedInterruptTime"},
               CrashCase{"empty", "IoSetHardErrorOrVerifyDevice, from Crash.sys+0x",
                         "(CallEmptyDdi+0x", "IoSetHardErrorOrVerifyDevice"});
  const Bench bench;
  const Ran ran = bench.record(fault(bench, crash.kind, "60"));
  CAPTURE(ran.err);
  CHECK(ran.status == kIncomplete);
  CHECK_THAT(ran.err, Contains("while running crash-exercise.exe: ") && Contains(crash.said) &&
                          Contains(crash.place) && Contains(", driver.c:"));
  const Told told = told_by(bench.file("out.ddt"));
  CHECK(told.reason == format::EndReason::target_crashed);
  CHECK_THAT(told.ending, Contains(crash.said) && Contains(crash.place) &&
                              Contains(", in thread 0x") &&
                              EndsWith(", while running crash-exercise.exe"));
  CHECK(told.last_call == crash.last_call);
  CHECK(bench.left_behind().empty());
}

TEST_CASE("a driver that never comes back is ended in time, and named with the place") {
  const Bench bench;
  const Ran ran = bench.record(fault(bench, "spin", "3"));
  CAPTURE(ran.err);
  CHECK(ran.status == kIncomplete);
  CHECK_THAT(ran.err, Contains("crash-exercise.exe was not done in 3 s") &&
                          Contains("the driver was busy at Crash.sys+0x") &&
                          Contains("(SpinForEver+0x"));
  const Told told = told_by(bench.file("out.ddt"));
  CHECK(told.reason == format::EndReason::hung);
  CHECK_THAT(told.ending, Contains("its time was up and the target did not come back") &&
                              Contains("the target was busy at Crash.sys+0x") &&
                              Contains("(SpinForEver+0x"));
  CHECK(told.last_call == "ExFreePoolWithTag");
  CHECK(bench.left_behind().empty());
}

TEST_CASE("of a program that waits for ever the request is named, and the trace closed") {
  const Bench bench;
  const Ran ran = bench.record(fault(bench, "pend", "3"));
  CAPTURE(ran.err);
  CHECK(ran.status == kIncomplete);
  CHECK_THAT(ran.err, Contains("crash-exercise.exe was not done in 3 s") &&
                          Contains("(DispatchDeviceControl, driver.c:") &&
                          Contains("was never completed"));
  const Told told = told_by(bench.file("out.ddt"));
  CHECK(told.reason == format::EndReason::time_limit);
  CHECK_THAT(told.ending, Contains("which came to Crash.sys+0x") &&
                              Contains("(DispatchDeviceControl, driver.c:") &&
                              Contains("was never completed"));
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
  CHECK(told_by(bench.file("out.ddt")).reason == format::EndReason::stop_requested);
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
