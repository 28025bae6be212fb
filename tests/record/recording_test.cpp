// Recordings of the sample drivers, from the command line to the trace, where all goes well.
#include <algorithm>
#include <catch2/catch.hpp>

#include "record_run.h"
#include "recorded.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

struct Sample {
  std::string driver;
  std::string program;
  std::string call;  // that its driver makes
};

TEST_CASE("a driver is recorded whole, and nothing stays but the trace") {
  const auto sample = GENERATE(Sample{"MyDriver.sys", "mydriver-exercise.exe", "IoAllocateMdl"},
                               Sample{"MyDriverClean.sys", "mydriver-exercise.exe", "IoFreeMdl"},
                               Sample{"TimerPool.sys", "timerpool-exercise.exe", "KeSetTimer"},
                               Sample{"Busy.sys", "busy-exercise.exe", "ExFreePoolWithTag"});
  const Bench bench;
  const Ran ran = bench.record(
      {built(sample.driver), "-o", bench.file("out.ddt"), "--", built(sample.program)});
  CAPTURE(sample.driver, ran.err);
  CHECK(ran.status == 0);
  CHECK(ran.out.empty());
  CHECK_THAT(ran.err, Contains("running " + sample.program) && Contains("\ndone\n"));
  const Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.complete);
  CHECK(recorded.target == sample.driver);
  CHECK(recorded.calls.contains(sample.call));
  CHECK_FALSE(fs::exists(bench.file("out.ddt.partial")));
  CHECK(bench.left_behind().empty());
}

TEST_CASE("without a program the driver is loaded and unloaded, and -q says but the result") {
  const Bench bench;
  const Ran ran = bench.record({built("MyDriver.sys"), "-q", "-o", bench.file("out.ddt")});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
  CHECK(read_recorded(bench.file("out.ddt")).calls.contains("cb:Unload"));
}

TEST_CASE(
    "arguments reach the program as they were given, and its exit status counts if asked for") {
  const Bench bench;
  const std::vector<std::string> arguments = {"two words", "",    "[a,b]", "quo\"te", "end\\",
                                              "\\\"",      "--",  "-q",    "%PATH%",  "*",
                                              "\xc3\xa4",  "a=b", "'x'"};
  std::vector<std::string> command = {built("MyDriver.sys"), "-q", "--check-exit", "-o",
                                      bench.file("out.ddt"), "--", ECHO_ARGUMENTS};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Ran ran = bench.record(command);
  CAPTURE(ran.err);
  CHECK(ran.status == 1);
  for (const std::string& argument : arguments) {
    CHECK_THAT(ran.err, Contains("argument <" + argument + ">\n"));
  }
  CHECK_THAT(ran.err, Contains("exit code 13"));

  command.erase(command.begin() + 2);  // --check-exit
  CHECK(bench.record(command).status == 0);
}

TEST_CASE("the trace may have any name that Linux allows") {
  const Bench bench;
  const fs::path directory = bench.file("Verzeichnis f\xc3\xbcr Spuren: a?");
  fs::create_directory(directory);
  const fs::path out = directory / "o:u\\t*.ddt";
  const Ran ran = bench.record({built("MyDriver.sys"), "-o", out});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK(read_recorded(out).complete);
}

TEST_CASE("two recordings at once, of one driver, don't know of each other") {
  const Bench benches[2];
  const auto start = [](const Bench& bench) {
    return bench.start({built("Busy.sys"), "-q", "-o", bench.file("out.ddt"), "--",
                        built("busy-exercise.exe"), "200"});
  };
  RecordRun first = start(benches[0]);
  RecordRun second = start(benches[1]);
  const Ran ran[2] = {first.finish(), second.finish()};
  for (int i = 0; i < 2; ++i) {
    CAPTURE(i, ran[i].err);
    CHECK(ran[i].status == 0);
    CHECK(read_recorded(benches[i].file("out.ddt")).complete);
    CHECK(benches[i].left_behind().empty());
  }
}

TEST_CASE("a prefix that is kept is said, and can be used again") {
  const Bench bench;
  const Ran ran =
      bench.record({built("MyDriver.sys"), "-q", "--keep-prefix", "-o", bench.file("out.ddt")});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  const std::string mark = "WINEPREFIX=";
  const std::size_t at = ran.err.find(mark);
  REQUIRE(at != std::string::npos);
  const fs::path prefix =
      ran.err.substr(at + mark.size(), ran.err.find('\n', at) - at - mark.size());
  CHECK(fs::exists(prefix / "system.reg"));
}

}  // namespace
}  // namespace ddireplay::tools::record
