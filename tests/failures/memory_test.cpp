// Each allocation of a task fails once: the task ends in std::bad_alloc and nothing else, and
// leaves no memory, no new file and no temporary one behind.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <new>
#include <sstream>
#include <string>
#include <utility>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "replay/replay.h"
#include "tests/failures/failing_new.h"
#include "tests/format/scratch_dir.h"
#include "tools/partial_file.h"
#include "tools/report/analyze_text.h"

namespace ddireplay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kText =
    "ddireplay-text 1\n"
    "module MyDriver.sys base=0x1000000 size=0x6000 target\n"
    "symbol MyDriver.sys+0x660 size=0x70 DeviceControlDispatch\n"
    "line MyDriver.sys+0x660 \"d:\\source.c\" 38\n"
    "ExAllocatePoolWithTag NumberOfBytes=0x10 Tag='mdrv' return=0x5000 [MyDriver.sys+0x687]\n"
    "cpu1 t2 ExAllocatePoolWithTag NumberOfBytes=0x20 Tag='mdrv' return=0x6000 [0x1 0x2]\n"
    "ExFreePoolWithTag P=0x6000 Tag='mdrv'\n"
    "ExFreePoolWithTag P=0x6000 Tag='mdrv'\n"
    "> cb:Unload\n"
    "< cb:Unload\n"
    "cb:ImageUnload ImageBase=0x1000000 ImageSize=0x6000\n"
    "notice \"a notice that is too long to lie within a string itself\"\n";

using Step = std::function<void()>;

struct Task {
  Step prepare;  // with memory enough
  Step run;
  Step after_failure;  // checks what is left
};

struct Outcome {
  bool has_failed = false;
  bool was_out_of_memory = false;
};

Outcome run_failing(const Task& task, std::uint64_t fails) {
  task.prepare();
  Outcome outcome;
  const test::FailingNew failing(fails);
  try {
    task.run();
  } catch (const std::bad_alloc&) {
    outcome.was_out_of_memory = true;
  }
  outcome.has_failed = failing.has_failed();
  return outcome;
}

// How many allocations the task makes.
std::uint64_t fail_each_allocation(const Task& task) {
  for (std::uint64_t fails = 0;; ++fails) {
    run_failing(task, fails);  // what is made once and kept is made here
    const std::int64_t before = test::live_blocks();
    const Outcome outcome = run_failing(task, fails);
    const std::int64_t after = test::live_blocks();
    INFO("allocation " << fails);
    REQUIRE(after == before);
    if (!outcome.has_failed) return fails;
    REQUIRE(outcome.was_out_of_memory);
    task.after_failure();
  }
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A task that writes a file: until all of it is there, the old one is, and nothing beside it.
Task writing(const std::string& path, Step run) {
  return {.prepare = [&path] { std::ofstream(path) << "old"; },
          .run = std::move(run),
          .after_failure =
              [&path] {
                REQUIRE(contents(path) == "old");
                REQUIRE_FALSE(fs::exists(path + ".partial"));
              }};
}

void write_trace(const std::string& path) {
  std::istringstream text(kText);
  format::read_text(text, "text", path);
}

TEST_CASE("a text is made a trace, or memory ends and the old file stays") {
  const format::test::ScratchDir dir;
  const std::string path = dir.path("out.ddt");
  CHECK(fail_each_allocation(writing(path, [&] { write_trace(path); })) > 100);
  CHECK(contents(path).substr(1, 3) == "DDT");
}

TEST_CASE("a trace is printed, or memory ends and the old file stays") {
  const format::test::ScratchDir dir;
  const std::string path = dir.path("out.txt");
  write_trace(dir.path("in.ddt"));
  const auto print = [&] {
    format::TraceReader trace = format::TraceReader::open(dir.path("in.ddt"));
    tools::PartialFile file(path);
    format::write_text(trace, file.stream());
    file.commit();
  };
  CHECK(fail_each_allocation(writing(path, print)) > 50);
  CHECK(contents(path).starts_with("ddireplay-text 1"));
}

void replay_with(const std::string& path, unsigned threads) {
  format::TraceReader trace = format::open_trace(path);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers, {.threads = threads, .rules = {"all"}});
  replay.run();
  tools::Symbolizer symbolizer(trace, "");
  const tools::ReportView view{trace, replay.report(), symbolizer};
  tools::analyze_text(view);
}

TEST_CASE("a trace is replayed and reported, or memory ends") {
  const format::test::ScratchDir dir;
  const std::string path = dir.path("in.ddt");
  write_trace(path);
  const Step nothing = [] {};
  CHECK(fail_each_allocation({nothing, [&] { replay_with(path, 1); }, nothing}) > 500);
}

// Which thread meets the failure is not known; a decoder that can't begin leaves its work to
// others, so that not every failure is seen.
TEST_CASE("a decoding thread that is out of memory does not end the process") {
  const format::test::ScratchDir dir;
  const std::string path = dir.path("in.ddt");
  write_trace(path);
  bool has_failed = true;
  for (std::uint64_t fails = 0; has_failed; ++fails) {
    const test::FailingNew failing(fails);
    try {
      format::TraceReader trace = format::TraceReader::open(path);
      format::EventSource source(trace, {.threads = 3});
      while (!source.next().empty()) {
      }
    } catch (const std::bad_alloc&) {
    }
    has_failed = failing.has_failed();
  }
}

}  // namespace
}  // namespace ddireplay
