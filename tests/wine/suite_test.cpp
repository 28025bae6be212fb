// The families' drivers and a modern one, recorded: they load, do their work and unload, all their
// checks hold, and the replay finds nothing wrong with them.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "checkers/registry.h"
#include "replay/replay.h"
#include "tests/record/record_run.h"

namespace ddireplay::tools::record {
namespace {

using Catch::Matchers::Contains;

struct Suite {
  const char* driver;
  const char* checks;              // how many there are: none may get lost
  std::set<std::string> supplied;  // some that it must have reached
};

const Suite kSuites[] = {
    {"WineDpc", "6 checks", {"KeInsertQueueDpc", "KeFlushQueuedDpcs", "KeRemoveQueueDpc"}},
    {"WineIrp",
     "12 checks",
     {"PoRequestPowerIrp", "IoMakeAssociatedIrp", "IoCsqInsertIrp", "IoCsqRemoveNextIrp",
      "IoCancelIrp"}},
    {"WineIrql", "6 checks", {}},
    {"WineLists", "6 checks", {"ExInterlockedInsertHeadList", "ExInterlockedRemoveHeadList"}},
    {"WineLocks", "15 checks", {"KeAcquireInStackQueuedSpinLock", "ExAcquireFastMutex"}},
    {"WineMdl",
     "10 checks",
     {"MmMapIoSpaceEx", "MmProbeAndLockPages", "IoBuildPartialMdl", "MmUnlockPages"}},
    {"WineMisc", "7 checks", {"EtwRegister", "KeStallExecutionProcessor"}},
    {"WinePool", "8 checks", {"ExAllocatePool2", "ExFreePool2"}},
    {"WineRundown", "2 checks", {"ExAcquireRundownProtection", "ExReleaseRundownProtection"}},
    {"WineTimer", "11 checks", {"KeSetTimer", "KeCancelTimer"}},
    {"WineWorkItem", "5 checks", {"IoQueueWorkItemEx", "ExQueueWorkItem"}},
};

// What a recording that went well must look like, read once.
struct Replayed {
  std::set<std::string> supplied;                      // DDIs that were called, and supplied
  std::set<std::string> absent;                        // and those that this host doesn't have
  std::map<std::string, std::size_t> events;           // by function
  std::map<std::string, std::size_t> at_other_levels;  // callbacks entered at another than 2
  std::vector<std::string> findings;
  bool complete = false;
};

void count_events(Replayed& replayed, const std::filesystem::path& path) {
  format::TraceReader trace = format::TraceReader::open(path);
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      const std::string& name = trace.function(event.function).name;
      if (event.at_exit() && trace.function(event.function).is_callback()) continue;
      ++replayed.events[name];
      if (event.irql != 2) ++replayed.at_other_levels[name];
    }
  }
  replayed.complete = trace.condition().complete();
  for (const format::ImportInfo& import : trace.footer()->imports) {
    if (import.absent) replayed.absent.insert(import.name);
    if (import.supplied && import.calls != 0) replayed.supplied.insert(import.name);
  }
}

Replayed replay_of(const std::filesystem::path& path) {
  Replayed replayed;
  count_events(replayed, path);
  format::TraceReader trace = format::TraceReader::open(path);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers, {});
  replay.run();
  for (const replay::Finding& finding : replay.report().findings) {
    replayed.findings.push_back(finding.rule->id() + ": " + finding.sentence);
  }
  return replayed;
}

TEST_CASE("every family's driver does its work under record, and replays clean") {
  for (const Suite& suite : kSuites) {
    DYNAMIC_SECTION(suite.driver) {
      const Bench bench;
      const Ran ran = bench.record({built(std::string(suite.driver) + ".sys"), "-o",
                                    bench.file("out.ddt"), "--check-exit", "--ring-kib", "32768",
                                    "--timeout", "60", "--", built("run-suite.exe"), suite.driver});
      CAPTURE(ran.err);
      REQUIRE(ran.status == 0);
      CHECK_THAT(ran.err, Contains(suite.checks) && !Contains("FAILED"));
      const Replayed replayed = replay_of(bench.file("out.ddt"));
      CHECK(replayed.complete);
      CHECK(replayed.findings == std::vector<std::string>{});
      CHECK(replayed.absent == std::set<std::string>{});
      CHECK(replayed.events.contains("cb:Unload"));
      for (const std::string& name : suite.supplied) {
        CAPTURE(name);
        CHECK(replayed.supplied.contains(name));
      }
      CHECK(bench.left_behind().empty());
    }
  }
}

TEST_CASE("a driver as it is written today is recorded through 10,000 requests") {
  const Bench bench;
  const Ran ran = bench.record({built("Modern.sys"), "-o", bench.file("out.ddt"), "--check-exit",
                                "--timeout", "100", "--", built("modern-exercise.exe"), "10000"});
  CAPTURE(ran.err);
  REQUIRE(ran.status == 0);
  CHECK_THAT(ran.err, Contains("10000 transformed, 80 cancelled, 0 at a wrong IRQL, 0 with "
                               "unlocked pages"));
  Replayed replayed = replay_of(bench.file("out.ddt"));
  CHECK(replayed.complete);
  CHECK(replayed.findings == std::vector<std::string>{});
  CHECK(replayed.absent == std::set<std::string>{});
  CHECK(replayed.events["IoCsqInsertIrp"] == 10000 + 40);
  CHECK(replayed.events["IofCompleteRequest"] > 10000);
  CHECK(replayed.events["cb:Unload"] == 1);
  CHECK(replayed.events["cb:Dpc"] > 0);
  CHECK(replayed.events["cb:Cancel"] == 40);
  CHECK(replayed.at_other_levels["cb:Cancel"] == 0);
  CHECK(bench.left_behind().empty());
}

}  // namespace
}  // namespace ddireplay::tools::record
