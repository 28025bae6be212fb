#include "tools/record/verdict.h"

#include <catch2/catch.hpp>

namespace ddireplay::tools::record {
namespace {

using Catch::Matchers::Contains;
using format::EndReason;
using format::ExitStatus;

// A recording that went well, to be spoilt in one respect.
struct Case {
  Request request;
  SessionOutcome outcome;
  RecordedTrace trace;

  Case() {
    request.targets = {"/d/X.sys"};
    request.output = "x.ddt";
    request.program = {"/d/test.exe"};
    outcome.step = Step::done;
    outcome.program_exit = 0;
    trace.events = 5;
    trace.whole = true;
    trace.end_reason = EndReason::stopped;
    format::Module module;
    module.name = "X.sys";
    module.base = 0x10000;
    module.size = 0x2000;
    trace.modules = {module};
  }

  Verdict judged() const { return judge(request, outcome, trace); }
};

TEST_CASE("a trace that is whole is a success") {
  const Verdict verdict = Case().judged();
  CHECK(verdict.status == ExitStatus::clean);
  CHECK(verdict.complaints.empty());
  CHECK(verdict.summary == "x.ddt: 5 events");
}

TEST_CASE("a program's own exit status counts only when that is asked for") {
  Case failed;
  failed.outcome.program_exit = 7;
  failed.outcome.failed = {Step::run};
  CHECK(failed.judged().status == ExitStatus::clean);
  failed.request.check_exit = true;
  CHECK(failed.judged().status == ExitStatus::findings);
}

TEST_CASE("a program that could not be started is no success") {
  Case failed;
  failed.outcome.program_exit.reset();
  failed.outcome.failed = {Step::run};
  CHECK(failed.judged().status == ExitStatus::incomplete);
}

TEST_CASE("a crash is placed in the driver's module") {
  Case crashed;
  crashed.trace.end_reason.reset();
  crashed.outcome.crashed_in = Step::unload;
  crashed.outcome.crashes = {{Step::run,
                              {.what = "page fault on write access to 0000000000000000",
                               .address = 0x11012,
                               .code = 0xc0000005,
                               .access = format::AccessKind::write}},
                             {Step::run, {.what = "page fault of the program", .address = 0x99}}};
  const Verdict verdict = crashed.judged();
  CHECK(verdict.status == ExitStatus::incomplete);
  REQUIRE(verdict.complaints.size() == 1);
  CHECK(verdict.complaints[0] ==
        "the driver crashed while running test.exe: access violation (0xc0000005) writing 0x0 at "
        "X.sys+0x1012");
}

TEST_CASE("a crash elsewhere, or without a word, is said as what is known") {
  Case crashed;
  crashed.trace.end_reason.reset();
  crashed.outcome.crashed_in = Step::unload;
  CHECK_THAT(crashed.judged().complaints.at(0),
             Contains("winedevice.exe) ended by itself while unloading X.sys"));
  crashed.outcome.crashes = {{Step::unload, {.what = "page fault", .address = 0x99}}};
  CHECK_THAT(crashed.judged().complaints.at(0), Contains("page fault at 0x99, outside the driver"));
}

TEST_CASE("a crash of the program, or of a driver of Wine's own, spoils nothing") {
  Case other;
  other.outcome.crashes = {{Step::install, {.what = "page fault", .address = 0x11012}}};
  CHECK(other.judged().status == ExitStatus::clean);
  CHECK(other.judged().complaints.empty());
}

TEST_CASE("a driver that never comes back is named by where it is busy") {
  Case hung;
  hung.outcome.program_timed_out = true;
  hung.outcome.busy_at = {0x99, 0x10010};
  const Verdict verdict = hung.judged();
  CHECK(verdict.status == ExitStatus::incomplete);
  CHECK_THAT(verdict.complaints.at(0), Contains("300 s") && Contains("busy at X.sys+0x10"));
}

TEST_CASE("a step that hung, a request to stop, losses and gaps make it incomplete") {
  Case spoilt;
  SECTION("hung") {
    spoilt.outcome.hung_in = Step::unload;
    CHECK_THAT(spoilt.judged().complaints.at(0),
               Contains("unloading X.sys did not come to an end"));
  }
  SECTION("stopped") {
    spoilt.outcome.stopped_in = Step::load;
    CHECK_THAT(spoilt.judged().complaints.at(0), Contains("stopped on request while loading"));
  }
  SECTION("lost events") {
    spoilt.trace.whole = false;
    spoilt.trace.lost = 3;
    CHECK_THAT(spoilt.judged().summary, Contains("3 lost"));
  }
  SECTION("a full disk") { spoilt.trace.end_reason = EndReason::disk_full; }
  SECTION("a driver that does not load") { spoilt.outcome.failed = {Step::load}; }
  CHECK(spoilt.judged().status == ExitStatus::incomplete);
}

TEST_CASE("without a trace it is a failure, whatever the reason") {
  Case empty;
  empty.trace.error = "x.ddt.partial: is empty";
  CHECK(empty.judged().status == ExitStatus::unreadable);
  CHECK_THAT(empty.judged().summary, Contains("not written") && Contains("is empty"));
}

TEST_CASE("a driver that is busy in its unload is named with the place") {
  Case unloading;
  unloading.outcome.failed = {Step::unload};
  unloading.outcome.busy_at = {0x10012};
  const Verdict verdict = judge(unloading.request, unloading.outcome, unloading.trace);
  CHECK(verdict.status == ExitStatus::incomplete);
  REQUIRE(verdict.complaints.size() == 1);
  CHECK(verdict.complaints[0] == "unloading X.sys has failed; the driver was busy at X.sys+0x12");
}

TEST_CASE("steps name all drivers, and say where nothing is loaded") {
  Request request;
  request.targets = {"/d/A.sys", "/d/B.sys"};
  CHECK(describe(request, Step::load) == "loading A.sys, B.sys");
  request.targets.clear();
  request.attached = {"nsiproxy"};
  CHECK(describe(request, Step::load) == "attaching to nsiproxy");
  CHECK(describe(request, Step::unload) == "leaving nsiproxy");
}

}  // namespace
}  // namespace ddireplay::tools::record
