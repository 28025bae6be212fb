#include "tools/record/ending.h"

#include <catch2/catch.hpp>

#include "tools/ending/ending_text.h"

namespace ddireplay::tools::record {
namespace {

using format::EndReason;

constexpr std::uint64_t kBase = 0x10000;

// A recording of X.sys with test.exe, to be ended in one way or the other.
struct Case {
  Request request;
  SessionOutcome outcome;
  RecordedTrace trace;

  Case() {
    request.targets = {"/nowhere/X.sys"};
    request.output = "x.ddt";
    request.program = {"/nowhere/test.exe"};
    outcome.step = Step::done;
    outcome.program_exit = 0;
    trace.events = 5;
    trace.end_reason = EndReason::stopped;
    format::Module module;
    module.name = "X.sys";
    module.base = kBase;
    module.size = 0x2000;
    trace.modules = {module};
  }

  void leave_open(Step crashed_in) {
    trace.end_reason.reset();
    outcome.crashed_in = crashed_in;
  }

  FoundEnding found() const { return find_ending(request, outcome, trace); }

  std::string sentence() const {
    format::FooterInfo footer;
    footer.modules = trace.modules;
    footer.end_reason = found().reason;
    footer.ending = found().ending;
    return ending_sentence(footer).value_or("");
  }
};

TEST_CASE("an ordinary recording ends without a word") {
  const Case ordinary;
  CHECK(ordinary.found().reason == EndReason::stopped);
  CHECK_FALSE(ordinary.found().ending);
  CHECK(ordinary.sentence().empty());
}

TEST_CASE("what the recorder itself has said stands") {
  Case full;
  full.trace.end_reason = EndReason::disk_full;
  full.outcome.program_exit = 1;
  CHECK(full.found().reason == EndReason::disk_full);
}

TEST_CASE("a program that fails, takes too long or is stopped leaves a trace that is closed") {
  Case closed;
  SECTION("fails") {
    closed.outcome.program_exit = 7;
    CHECK(closed.sentence() ==
          "The recording ended in order, but the program under test failed: exit status 7, while "
          "running test.exe");
  }
  SECTION("takes too long in the driver") {
    closed.outcome.program_timed_out = true;
    closed.outcome.busy_at = {0x99, kBase + 0x10};
    CHECK(closed.sentence() ==
          "The recording ended because its time was up, while running test.exe; the target was "
          "busy at X.sys+0x10");
  }
  SECTION("waits for a request") {
    closed.outcome.program_timed_out = true;
    closed.trace.pending = {.irp = 0x4000, .routine = kBase + 0x20};
    CHECK(closed.sentence() ==
          "The recording ended because its time was up, while running test.exe; the request "
          "0x4000, which came to X.sys+0x20, was never completed");
  }
  SECTION("is stopped") {
    closed.outcome.stopped_in = Step::run;
    CHECK(closed.sentence() ==
          "The recording ended because it was told to stop, while running test.exe");
  }
  CHECK(is_in_order(closed.found().reason));
}

TEST_CASE("a crash is told with code, access, place and thread") {
  Case crashed;
  crashed.leave_open(Step::run);
  crashed.outcome.crashes = {{Step::run,
                              {.what = "page fault",
                               .address = kBase + 0x1012,
                               .thread = 0x120,
                               .code = 0xc0000005,
                               .access = format::AccessKind::write,
                               .accessed = 0x18}}};
  const std::string sentence =
      "The recording ended because the target crashed: access violation (0xc0000005) writing 0x18 "
      "at X.sys+0x1012";
  SECTION("that of Wine, where it is in the trace") {
    crashed.trace.inside = {{0x120, 1}, {0x140, 1}};
    CHECK(crashed.sentence() == sentence + ", in thread 0x120, while running test.exe");
  }
  SECTION("the only one that was in the driver") {
    crashed.trace.inside = {{0x120, 0}, {0x140, 2}};
    CHECK(crashed.sentence() == sentence + ", in thread 0x140, while running test.exe");
  }
  SECTION("none, where it could be several") {
    crashed.trace.inside = {{0x130, 1}, {0x140, 1}};
    CHECK(crashed.sentence() == sentence + ", while running test.exe");
  }
  CHECK_FALSE(is_in_order(crashed.found().reason));
}

TEST_CASE("the call of a DDI that the host lacks is told with its caller") {
  Case absent;
  absent.leave_open(Step::load);
  absent.outcome.crashes = {{Step::load,
                             {.what = "Unimplemented function ntoskrnl.exe.KeFoo called",
                              .address = 0x7b000000,
                              .code = 0x80000100,
                              .routine = "KeFoo"}}};
  SECTION("where it is in the trace") {
    absent.trace.calls["KeFoo"] = {.module = "X.sys",
                                   .calls = 1,
                                   .first_caller = kBase + 0x30,
                                   .last_caller = kBase + 0x30,
                                   .last_thread = 0x44};
    CHECK(absent.sentence() ==
          "The recording ended because the target called a DDI that this host does not have: "
          "KeFoo, from X.sys+0x30, in thread 0x44, while loading X.sys");
  }
  SECTION("where another driver called it") {
    CHECK(absent.found().reason == EndReason::host_died);
    CHECK_THAT(
        absent.sentence(),
        Catch::Matchers::Contains("the process that hosts the target ended by itself") &&
            Catch::Matchers::EndsWith(" at 0x7b000000, outside the target, while loading X.sys"));
  }
}

TEST_CASE("a driver that never comes back, and a recording that was killed") {
  Case ended;
  ended.trace.end_reason.reset();
  SECTION("hung") {
    ended.outcome.hung_in = Step::unload;
    ended.outcome.busy_at = {kBase + 0x10};
    CHECK(ended.sentence() ==
          "The recording ended because its time was up and the target did not come back, while "
          "unloading X.sys; the target was busy at X.sys+0x10");
  }
  SECTION("killed") {
    ended.outcome.stopped_in = Step::unload;
    CHECK(ended.sentence() == "The recording ended because it was killed, while unloading X.sys");
  }
  CHECK_FALSE(is_in_order(ended.found().reason));
}

TEST_CASE("only what ended before the target could do anything was no fault of the target") {
  Case early;
  early.leave_open(Step::load);
  CHECK(ended_before_target(early.outcome, early.trace));
  SECTION("it had begun") { early.trace.calls["cb:DriverEntry"].calls = 1; }
  SECTION("later") { early.outcome.crashed_in = Step::run; }
  SECTION("stopped") { early.outcome.stopped_in = Step::load; }
  SECTION("closed") { early.trace.end_reason = EndReason::stopped; }
  SECTION("nobody died") { early.outcome.crashed_in.reset(); }
  SECTION("another process died, and the steps went on") {
    early.outcome.crashed_in.reset();
    early.outcome.crashes = {{Step::install, {.what = "page fault"}}};
    early.outcome.step = Step::run;
  }
  CHECK_FALSE(ended_before_target(early.outcome, early.trace));
}

TEST_CASE("a fault of Wine's while it starts is one of these") {
  Case start;
  start.trace.end_reason.reset();
  start.outcome.failed = {Step::install};
  start.trace.error = "is empty";
  SECTION("with a word of Wine's") {
    start.outcome.crashes = {{Step::install, {.what = "page fault"}}};
  }
  SECTION("without") { start.outcome.system_failed = true; }
  CHECK(ended_before_target(start.outcome, start.trace));
}

TEST_CASE("calls of what the host lacks are told even where the driver lived on") {
  format::FooterInfo footer;
  footer.modules = Case().trace.modules;
  footer.imports = {
      {.module = "X.sys", .name = "KeFoo", .calls = 2, .absent = true, .caller = kBase + 0x30},
      {.module = "X.sys", .name = "KeBar", .calls = 0, .absent = true},
      {.module = "X.sys", .name = "KeBaz", .calls = 1, .absent = true, .caller = kBase + 0x40}};
  footer.ending = format::Ending{.routine = "KeBaz"};
  const auto sentences = absent_sentences(footer, [](std::uint64_t) { return "X!Work+0x4"; });
  REQUIRE(sentences.size() == 1);
  CHECK(sentences[0] ==
        "The target called a DDI that this host does not have: KeFoo, 2 calls, the first from "
        "X.sys+0x30 (X!Work+0x4)");
}

}  // namespace
}  // namespace ddireplay::tools::record
