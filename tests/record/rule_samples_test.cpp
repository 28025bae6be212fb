// The sample drivers of tests/drivers/rules: each recorded under Wine breaks exactly the rules that
// it is there to break, and its clean twin none.
#include <catch2/catch.hpp>

#include "record_run.h"
#include "replay_of.h"

namespace ddireplay::tools::record {
namespace {

using Rules = std::set<std::string>;

struct Sample {
  std::string driver;
  Rules rules;     // of the findings that are roots
  int status = 0;  // of the recording
};

void check(const Bench& bench, const std::string& driver, const Rules& rules, int status) {
  const auto trace = bench.file(driver + ".ddt");
  const Ran ran = bench.record(
      {built(driver + ".sys"), "-q", "-o", trace, "--", built("rules-exercise.exe"), driver});
  CAPTURE(driver, ran.err);
  CHECK(ran.status == status);
  const Judged verdict = replay_of(trace);
  CHECK(verdict.rules == rules);
  CHECK(verdict.complete);
}

void check(const std::vector<Sample>& samples) {
  const Bench bench;
  for (const Sample& sample : samples) {
    check(bench, sample.driver, sample.rules, sample.status);
    check(bench, sample.driver + "Clean", {}, 0);
  }
}

TEST_CASE("samples of pool are found out, their twins are not") {
  check({{"PagedAtDispatch", {"C4:1"}},
         {"PagedFreedAtDispatch", {"C4:11"}},
         {"ZeroBytes", {"C4:0"}},
         {"MustSucceed", {"C4:3"}},
         {"PoolLeft", {"C4:62"}},
         {"IrpFreedAsPool", {"C4:105"}},
         {"ResourceInFreedPool", {"C4:D2"}}});
}

TEST_CASE("samples of locks are found out, their twins are not") {
  check({{"LockOrder", {"C4:1001"}},
         {"SpinLockReleasedAtPassive", {"C4:32"}},
         {"SpinLockAtPassive", {"C4:40", "C4:41"}},
         {"SpinLockNotHeld", {"C4:1007"}},
         {"FastMutexAtDispatch", {"C4:33"}},
         {"UnsafeMutexWithoutRegion", {"C4:39", "C4:3A"}},
         {"ResourceInitialisedTwice", {"C4:D0"}},
         {"RemoveLockTag", {"C4:D5"}}});
}

TEST_CASE("samples of IRQL and regions are found out, their twins are not") {
  check({{"RaisedDownwards", {"C4:30"}},
         {"LoweredUpwards", {"C4:31"}},
         {"WaitAtDispatch", {"C4:122"}},
         {"RegistryAtDispatch", {"C4:E6"}},
         {"CriticalRegionLeft", {"C4:C5"}},
         {"CriticalRegionNotEntered", {"C4:3E"}},
         {"FastIoRegionLeft", {"C4:C6"}}});
}

TEST_CASE("samples of MDLs and objects are found out, their twins are not") {
  check({{"PartialMdlUnlocked", {"C4:B4"}},
         {"MdlNotLocked", {"C4:7C"}},
         {"MdlOverPagedPool", {"C4:7F"}},
         {"HandleClosedTwice", {"93:handle"}},
         {"OverDereferenced", {"C4:3F"}},
         {"LookasideInitialisedTwice", {"C4:CA"}}});
}

TEST_CASE("samples of what is left at unload are found out, their twins are not") {
  check({{"LookasideLeft", {"C7:lookaside"}},
         {"TimerLeft", {"C7:0"}},
         {"EtwLeft", {"C4:DD"}},
         {"ThreadLeft", {"C7:thread"}, 3}});
}

}  // namespace
}  // namespace ddireplay::tools::record
