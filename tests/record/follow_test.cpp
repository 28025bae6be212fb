// A recording under Wine, replayed while it runs.
#include <catch2/catch.hpp>

#include "record_run.h"

namespace ddireplay::tools::record {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("a recording that is followed gives the report of the finished trace") {
  const Bench bench;
  const auto output = bench.file("out.ddt");
  RecordRun follower = bench.start_command({"replay", "--follow", output});
  REQUIRE(follower.wait_for("is not there yet"));
  const Ran recorded =
      bench.record({built("MyDriver.sys"), "-o", output, "--", built("mydriver-exercise.exe")});
  CAPTURE(recorded.err);
  const Ran followed = follower.finish();
  const Ran replayed = bench.run({"replay", output});
  CAPTURE(followed.err);
  CHECK(followed.status == replayed.status);
  CHECK(followed.out == replayed.out);
  CHECK_THAT(followed.out, Contains("SUMMARY"));
  CHECK_THAT(followed.err, Contains("C4:62"));
}

}  // namespace
}  // namespace ddireplay::tools::record
