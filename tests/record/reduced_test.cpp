// Recordings reduced to a finding: the few events that it needs, and the same finding.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "record_run.h"
#include "recorded.h"
#include "replay_of.h"

namespace ddireplay::tools::record {
namespace {

std::vector<replay::Finding> findings_of(const std::filesystem::path& path) {
  format::TraceReader trace = format::TraceReader::open(path);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers);
  replay.run();
  return replay.report().findings;
}

TEST_CASE("MyDriver's leak is reduced to what it needs, and is the same finding") {
  const Bench bench;
  const auto trace = bench.file("my.ddt");
  const Ran recorded = bench.record(
      {built("MyDriver.sys"), "-q", "-o", trace, "--", built("mydriver-exercise.exe")});
  CAPTURE(recorded.err);
  REQUIRE(recorded.status == 0);
  const auto whole = findings_of(trace);
  REQUIRE(whole.size() == 1);

  const auto small = bench.file("small.ddt");
  const Ran ran = bench.run({"reduce", trace, "-o", small});
  CAPTURE(ran.err);
  REQUIRE(ran.status == 0);
  const Recorded left = read_recorded(small);
  // Three allocations of different kinds, and the unloading.
  CHECK(left.events == 4);
  CHECK(left.calls.contains("cb:ImageUnload"));
  CHECK(left.complete);
  const auto reduced = findings_of(small);
  REQUIRE(reduced.size() == 1);
  CHECK(reduced.front().fingerprint == whole.front().fingerprint);
  CHECK(reduced.front().verdict == replay::Verdict::violation);
  CHECK(bench.run({"replay", small}).status == 1);

  const auto again = bench.file("again.ddt");
  REQUIRE(bench.run({"reduce", trace, "--threads", "4", "-o", again}).status == 0);
  const auto bytes_of = [](const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  CHECK(bytes_of(again) == bytes_of(small));
}

TEST_CASE("a redacted recording shows the same findings, and not whose they are") {
  const Bench bench;
  const auto trace = bench.file("my.ddt");
  bench.record({built("MyDriver.sys"), "-q", "-o", trace, "--", built("mydriver-exercise.exe")});
  const auto redacted = bench.file("redacted.ddt");
  const Ran ran = bench.run({"convert", trace, "--redact", redacted});
  CAPTURE(ran.err);
  REQUIRE(ran.status == 0);
  CHECK(replay_of(redacted).rules == replay_of(trace).rules);
  const std::string text = bench.run({"convert", redacted, "-"}).out;
  CHECK(text.find("driver1.sys") != std::string::npos);
  for (const char* const word : {"MyDriver", "mydriver", "'mdrv'", "pdb="}) {
    INFO(word);
    CHECK(text.find(word) == std::string::npos);
  }
}

}  // namespace
}  // namespace ddireplay::tools::record
