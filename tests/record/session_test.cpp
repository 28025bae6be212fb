// The rules of a session, with the watcher alone: no process is started.
#include "tools/record/session.h"

#include <catch2/catch.hpp>

namespace ddireplay::tools::record {
namespace {

using namespace std::chrono_literals;

constexpr pid_t kHost = 77;
constexpr RunEnd kExited{RunEnd::Kind::exited, 0};
constexpr const char* kCrashLine =
    "wine: Unhandled page fault on write access to 0000000000000000 at address 00000000021A1012 "
    "(thread 0120), starting debugger...";

struct Watched {
  std::vector<Step> steps;
  std::vector<std::string> output;
  std::vector<std::string> complaints;
  int programs_ended = 0;
  SessionWatcher watcher;

  explicit Watched(const TimeLimits& limits = time_limits(60s), bool has_program = true)
      : watcher(limits, has_program,
                {[this](Step step) { steps.push_back(step); },
                 [this](std::string_view line) { output.emplace_back(line); },
                 [this](std::string_view line) { complaints.emplace_back(line); },
                 [] { return std::vector<std::uint64_t>{0x1234}; }, [] { return kHost; },
                 [this](pid_t) { ++programs_ended; }}) {
    watcher.on_start(42);
  }

  void say(std::string_view line) { watcher.on_line(Stream::out, line); }
  void complain(std::string_view line) { watcher.on_line(Stream::err, line); }
  // Up to the program.
  void load() {
    say("step: boot system ok");
    say("step: install ddirec ok");
    say("step: start recording ok");
    say("step: load X.sys ok");
  }
  std::chrono::duration<double> left() const {
    return watcher.deadline() - SessionWatcher::Clock::now();
  }
};

TEST_CASE("steps follow each other as ddirec.exe takes them") {
  using Steps = std::vector<Step>;
  SECTION("with a program") {
    Watched session;
    session.load();
    session.say("step: run C:\\a program.exe failed");
    session.say("step: unload X.sys ok");
    session.say("step: stop recording ok");
    session.say("step: remove services ok");
    CHECK(session.steps == Steps{Step::boot, Step::install, Step::start, Step::load, Step::run,
                                 Step::unload, Step::stop, Step::remove});
    CHECK(session.watcher.outcome(kExited).failed == std::set<Step>{Step::run});
  }
  SECTION("without one") {
    Watched session(time_limits(60s), false);
    session.load();
    CHECK(session.steps.back() == Step::unload);
  }
  SECTION("a driver that can't be loaded") {
    Watched session;
    session.say("step: boot system ok");
    session.say("step: install ddirec ok");
    session.say("step: start recording ok");
    session.say("step: load X.sys failed");
    CHECK(session.steps.back() == Step::stop);
  }
}

TEST_CASE("a system that does not come up is told from a target that is not there") {
  constexpr RunEnd kRecorderFailed{RunEnd::Kind::exited, 10};
  Watched session;
  SECTION("no service manager") { session.say("step: boot system failed"); }
  SECTION("no recorder") {
    session.say("step: boot system ok");
    session.say("step: install ddirec failed");
    CHECK_FALSE(session.watcher.outcome({RunEnd::Kind::exited, 11}).system_failed);
  }
  CHECK(session.steps.back() == Step::remove);
  CHECK(session.watcher.outcome(kRecorderFailed).system_failed);
}

TEST_CASE("what the program prints is told from what ddirec.exe says") {
  Watched session;
  session.load();
  session.say("hello");
  session.say("step: not a step");
  session.complain("an error of the program");
  session.complain("ddirec: X.sys: doesn't unload");
  session.say("program: exit code 3221225477");
  session.say("step: run p.exe failed");
  session.say("recorded: 5 events");
  CHECK(session.output ==
        std::vector<std::string>{"hello", "step: not a step", "an error of the program"});
  CHECK(session.complaints == std::vector<std::string>{"X.sys: doesn't unload"});
  CHECK(session.watcher.outcome(kExited).program_exit == 0xc0000005u);
}

TEST_CASE("the program has the time that was asked for, other steps have less") {
  Watched session;
  CHECK(session.left() < 31s);
  session.load();
  CHECK(session.left() > 55s);
  session.say("step: run p.exe ok");
  CHECK(session.left() < 31s);
}

TEST_CASE("a program that prints steps does not gain time for ever") {
  Watched session({.program = 1h, .step = 1h, .wrap_up = 1h, .overall = 1s});
  session.load();
  CHECK(session.left() < 2s);
}

TEST_CASE("a program that takes too long is ended, and the steps behind it go on") {
  Watched session;
  session.load();
  CHECK(session.watcher.on_deadline());
  CHECK(session.programs_ended == 1);
  session.say("step: run p.exe ok");
  CHECK(session.left() < 11s);
  const SessionOutcome outcome = session.watcher.outcome(kExited);
  CHECK(outcome.program_timed_out);
  CHECK(outcome.busy_at == std::vector<std::uint64_t>{0x1234});
  CHECK_FALSE(outcome.hung_in);
}

TEST_CASE("a program that outlives its end ends the session") {
  Watched session;
  session.load();
  CHECK(session.watcher.on_deadline());
  CHECK_FALSE(session.watcher.on_deadline());
  CHECK(session.watcher.outcome(kExited).hung_in == Step::run);
}

TEST_CASE("any other step that takes too long ends the session") {
  Watched session;
  CHECK_FALSE(session.watcher.on_deadline());
  CHECK(session.programs_ended == 0);
  CHECK(session.watcher.outcome(kExited).hung_in == Step::boot);
}

TEST_CASE("once the trace is closed, nothing that takes long is a fault") {
  Watched session;
  session.load();
  session.say("step: stop recording ok");
  CHECK(session.left() < 11s);
  CHECK_FALSE(session.watcher.on_deadline());
  CHECK_FALSE(session.watcher.outcome(kExited).hung_in);
}

TEST_CASE("a request to stop ends the program, and lets the trace be closed") {
  Watched session;
  session.load();
  CHECK(session.watcher.on_stop_request());
  CHECK(session.programs_ended == 1);
  session.say("step: run p.exe ok");
  CHECK(session.left() < 11s);
  CHECK(session.watcher.outcome(kExited).stopped_in == Step::run);
  CHECK_FALSE(session.watcher.on_stop_request());
}

TEST_CASE("a request to stop before the program runs is obeyed at once") {
  Watched session;
  CHECK_FALSE(session.watcher.on_stop_request());
  CHECK(session.watcher.outcome(kExited).stopped_in == Step::boot);
}

TEST_CASE("a host process that ends before its time is a crash") {
  Watched session;
  session.load();
  session.complain(kCrashLine);
  session.watcher.on_process_ended(kHost);
  CHECK(session.left() < 11s);
  const SessionOutcome outcome = session.watcher.outcome(kExited);
  CHECK(outcome.crashed_in == Step::run);
  REQUIRE(outcome.crashes.size() == 1);
  CHECK(outcome.crashes[0].first == Step::run);
  CHECK(outcome.crashes[0].second.address == 0x21a1012);
}

TEST_CASE("a process of Wine's that crashed while the host lived on is another") {
  Watched session;
  SECTION("while Wine started") {
    session.complain(kCrashLine);
    session.load();
    session.watcher.on_process_ended(kHost);
    CHECK(session.watcher.outcome(kExited).crashed_in == Step::run);
    CHECK(session.watcher.outcome(kExited).crashes.empty());
  }
  SECTION("while the program ran, before the driver was unloaded") {
    session.load();
    session.complain(kCrashLine);
    session.say("step: run p.exe ok");
    session.say("step: unload X.sys ok");
    session.watcher.on_process_ended(kHost);
    CHECK(session.watcher.outcome(kExited).crashes.empty());
  }
  SECTION("which a program that ran well doesn't say") {
    session.load();
    session.complain(kCrashLine);
    session.say("step: run p.exe ok");
    session.say("step: unload X.sys failed");
    CHECK(session.watcher.outcome(kExited).crashes.size() == 1);
  }
}

TEST_CASE("a crash that is heard of late is placed in the step that failed first") {
  Watched session;
  session.load();
  session.say("step: run p.exe failed");
  session.say("step: unload X.sys failed");
  session.watcher.on_process_ended(kHost);
  CHECK(session.watcher.outcome(kExited).crashed_in == Step::run);
}

TEST_CASE("a crash that ddirec.exe tells of is one, whenever the host's end is heard of") {
  Watched session;
  session.load();
  session.say("step: run p.exe failed");
  session.say("step: unload X.sys failed");
  session.say("step: stop recording failed");
  session.watcher.on_process_ended(kHost);
  const RunEnd driver_crashed{RunEnd::Kind::exited, 14};
  CHECK(session.watcher.outcome(driver_crashed).crashed_in == Step::run);
  CHECK_FALSE(session.watcher.outcome(kExited).crashed_in);
}

TEST_CASE("neither a host that ends behind the last step nor another process is a crash") {
  Watched session;
  session.watcher.on_process_ended(kHost - 1);
  session.load();
  session.watcher.on_process_ended(kHost + 1);
  session.say("step: stop recording ok");
  session.watcher.on_process_ended(kHost);
  CHECK_FALSE(session.watcher.outcome(kExited).crashed_in);
}

}  // namespace
}  // namespace ddireplay::tools::record
