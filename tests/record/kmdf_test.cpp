// What is seen of a KMDF driver.
#include <catch2/catch.hpp>

#include "record_run.h"
#include "recorded.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

TEST_CASE("of a KMDF driver the binding and the direct imports are recorded, and that is said") {
  const Bench bench;
  const fs::path drivers = bench.file("setup/files/windows/system32/drivers");
  fs::create_directories(drivers);
  fs::copy_file(WDFLDR, drivers / "WDFLDR.SYS");
  const Ran ran = bench.record(
      {built("Kmdf.sys"), "--setup", bench.file("setup"), "-o", bench.file("out.ddt")});
  CAPTURE(ran.err);
  CHECK(ran.status == 0);
  CHECK_THAT(ran.err, Contains("Kmdf.sys is a KMDF driver"));
  Recorded recorded = read_recorded(bench.file("out.ddt"));
  CHECK(recorded.complete);
  CHECK(recorded.calls["WdfVersionBind"] == 1);
  CHECK(recorded.calls["WdfVersionUnbind"] == 1);
  // Its own block; not that of the framework.
  CHECK(recorded.calls["ExAllocatePoolWithTag"] == 1);
  CHECK(recorded.calls["ExFreePoolWithTag"] == 1);
  CHECK_THAT(bench.run({"info", bench.file("out.ddt")}).out,
             Contains("KMDF: Kmdf.sys is a KMDF driver"));
  CHECK_THAT(bench.run({"dump", bench.file("out.ddt")}).out,
             Contains("Major=1, Minor=0xf, FunctionCount=2"));
  CHECK(bench.run({"replay", bench.file("out.ddt")}).status == 0);
}

TEST_CASE("a KMDF driver without its framework is named with what it lacks") {
  const Bench bench;
  const Ran ran = bench.record({built("Kmdf.sys"), "-o", bench.file("out.ddt")});
  CAPTURE(ran.err);
  CHECK(ran.status == 3);
  CHECK_THAT(ran.err, Contains("Kmdf.sys: can't be loaded: STATUS_DLL_") &&
                          Contains("is a module that it imports from missing?"));
}

}  // namespace
}  // namespace ddireplay::tools::record
