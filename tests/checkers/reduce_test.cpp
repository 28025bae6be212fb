// Every finding of every rule's triggers, reduced: what is left shows it, and without any one event
// of it nothing does.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "format/trace_copy.h"
#include "replay/reduce/reducer.h"
#include "tests/checkers/rule_traces.h"

namespace ddireplay {
namespace {

namespace fs = std::filesystem;
using format::TraceReader;

std::vector<fs::path> triggers() {
  std::vector<fs::path> traces = tests::rule_traces();
  std::erase_if(traces, [](const fs::path& path) { return !tests::is_trigger(path); });
  return traces;
}

replay::Report replay_all(TraceReader& trace) {
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers, {.threads = 1, .rules = {"all"}, .events = nullptr});
  replay.run();
  return replay.report();
}

bool shows(TraceReader& trace, const replay::Finding& finding) {
  const replay::Report report = replay_all(trace);
  return std::ranges::any_of(report.findings, [&](const replay::Finding& other) {
    return other.fingerprint == finding.fingerprint && other.verdict == finding.verdict;
  });
}

replay::Reduction reduced(TraceReader& trace, const replay::Finding& finding,
                          unsigned threads = 1) {
  return replay::reduce(trace, checkers::make_all_checkers, finding,
                        {.threads = threads, .progress = nullptr});
}

// Without the event at that place of the merged order; gaps have one, too.
TraceReader without(TraceReader& trace, std::size_t left_out) {
  format::TraceWriter writer(trace.header());
  format::TraceCopy copy(trace, writer);
  format::EventSource source(trace);
  std::size_t place = 0;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (place++ != left_out) copy.append(event);
    }
  }
  writer.finish(copy.finish({.step = "without one"}));
  return TraceReader::from_bytes(writer.take_bytes(), "without one");
}

void check_minimal(const replay::Reduction& reduction, const replay::Finding& finding) {
  TraceReader trace = TraceReader::from_bytes(reduction.trace, "reduced");
  REQUIRE(shows(trace, finding));
  REQUIRE(trace.footer()->derivation);
  CHECK(trace.footer()->derivation->finding == finding.fingerprint);
  for (std::size_t place = 0; place < reduction.positions.size(); ++place) {
    TraceReader less = without(trace, place);
    INFO("without event " << place + 1 << " of " << reduction.positions.size() << ", which is #"
                          << reduction.positions[place]);
    CHECK_FALSE(shows(less, finding));
  }
}

TEST_CASE("every finding of the rules' triggers is reduced to events that it needs, all of them") {
  for (const fs::path& path : triggers()) {
    TraceReader trace = format::trace_from_text(tests::read_file(path), path.filename().string());
    std::set<std::uint64_t> seen;
    for (const replay::Finding& finding : replay_all(trace).findings) {
      if (!seen.insert(finding.fingerprint).second) continue;
      INFO(path.string() << ": " << finding.rule->id() << " at #" << finding.position);
      const replay::Reduction reduction = reduced(trace, finding);
      CHECK(reduction.positions.size() <= reduction.events);
      check_minimal(reduction, finding);
    }
  }
}

// What the rules' own traces are too short for: thousands of events, of which a few matter that
// have nothing in common with the finding but their thread, or not even that.
std::string long_text(std::string_view before, std::string_view behind) {
  std::string text = R"(ddireplay-text 1
machine pointer=8 processors=2 clock=10000000 irql=modelled host=wine
module Test.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Test.sys ImageSize=0x8000
)";
  text += before;
  text += R"(
repeat 3000 {
  t7 < KeSetEvent Event=0xffffc00000000300
  t8 > cb:Dispatch DeviceObject=0xffffc00000000100 Irp=0xffffd00000000400 Major=0xe
  t8 ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Test' return=0xffffa00000000000
  t8 ExFreePoolWithTag P=0xffffa00000000000 Tag='Test'
  t8 < cb:Dispatch DeviceObject=0xffffc00000000100 Irp=0xffffd00000000400 Major=0xe
}
)";
  text += behind;
  return text;
}

struct Long {
  const char* rule;
  std::size_t events;  // that are left
  const char* before;
  const char* behind;
};

const Long kLong[] = {
    // A level that was raised long ago.
    {"C4:1", 2, "t7 < KfRaiseIrql NewIrql=2",
     "t7 ExAllocatePoolWithTag PoolType=0x1 NumberOfBytes=0x40 return=0xffffa00000001000\n"},
    // A leak among blocks that are freed.
    {"C4:62", 2, "ExAllocatePoolWithTag NumberOfBytes=0x40 Tag='Left' return=0xffffa00000002000",
     "cb:ImageUnload ImageBase=Test.sys ImageSize=0x8000\n"},
    // Freed twice, at the same address as always.
    {"C4:13", 3, "", "t9 ExFreePoolWithTag P=0xffffa00000000000 Tag='Test'\n"},
    // A timer goes with the block that it lies in.
    {"C4:15", 4, R"(ExAllocatePoolWithTag NumberOfBytes=0x100 return=0xffffa00000003000
KeInitializeTimer Timer=0xffffa00000003020
> KeSetTimer Timer=0xffffa00000003020 DueTime=-10000000
< KeSetTimer Timer=0xffffa00000003020 DueTime=-10000000)",
     "ExFreePoolWithTag P=0xffffa00000003000\n"},
    // A timer that is left at unload.
    {"C7:0", 4, R"(KeInitializeTimer Timer=Test.sys+0x4020
> KeSetTimer Timer=Test.sys+0x4020 DueTime=-10000000000
< KeSetTimer Timer=Test.sys+0x4020 DueTime=-10000000000)",
     "cb:ImageUnload ImageBase=Test.sys ImageSize=0x8000\n"},
    // Two locks in both orders.
    {"C4:1001", 5, R"(t7 > KeAcquireSpinLockRaiseToDpc SpinLock=Test.sys+0x4000
t7 < KeAcquireSpinLockRaiseToDpc SpinLock=Test.sys+0x4000
t7 > KeAcquireSpinLockAtDpcLevel SpinLock=Test.sys+0x4100
t7 < KeAcquireSpinLockAtDpcLevel SpinLock=Test.sys+0x4100
t7 KeReleaseSpinLockFromDpcLevel SpinLock=Test.sys+0x4100
t7 KeReleaseSpinLock SpinLock=Test.sys+0x4000 NewIrql=0)",
     R"(t9 > KeAcquireSpinLockRaiseToDpc SpinLock=Test.sys+0x4100
t9 < KeAcquireSpinLockRaiseToDpc SpinLock=Test.sys+0x4100
t9 > KeAcquireSpinLockAtDpcLevel SpinLock=Test.sys+0x4000
t9 < KeAcquireSpinLockAtDpcLevel SpinLock=Test.sys+0x4000
)"},
};

std::string text_of(const replay::Reduction& reduction) {
  TraceReader trace = TraceReader::from_bytes(reduction.trace, "reduced");
  std::ostringstream text;
  format::write_text(trace, text);
  return text.str();
}

TEST_CASE("of thousands of events those few are found that matter, the same ones each time") {
  for (const Long& sample : kLong) {
    INFO(sample.rule);
    const std::string text = long_text(sample.before, sample.behind);
    TraceReader trace = format::trace_from_text(text, "long");
    const replay::Report report = replay_all(trace);
    const auto finding = std::ranges::find_if(
        report.findings, [&](const replay::Finding& one) { return one.rule->id() == sample.rule; });
    REQUIRE(finding != report.findings.end());
    const replay::Reduction reduction = reduced(trace, *finding);
    INFO(text_of(reduction));
    CHECK(reduction.events > 15'000);
    CHECK(reduction.positions.size() == sample.events);
    CHECK(reduction.trials < 300);
    check_minimal(reduction, *finding);

    CHECK(reduced(trace, *finding, 4).trace == reduction.trace);
    TraceReader again = format::trace_from_text(text, "long");
    CHECK(reduced(again, *finding).trace == reduction.trace);
  }
}

TEST_CASE("a block that was freed is no leak, however many events are left out") {
  // The first one is alike in all that a fingerprint counts.
  TraceReader trace = format::trace_from_text(R"(ddireplay-text 1
module Test.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Test.sys ImageSize=0x8000
ExAllocatePoolWithTag NumberOfBytes=0x40 Tag='Test' return=0xffffa00000001000 [Test.sys+0x1000]
ExFreePoolWithTag P=0xffffa00000001000 Tag='Test'
ExAllocatePoolWithTag NumberOfBytes=0x40 Tag='Test' return=0xffffa00000002000 [Test.sys+0x1000]
cb:ImageUnload ImageBase=Test.sys ImageSize=0x8000
)",
                                              "text");
  const replay::Report report = replay_all(trace);
  const auto leak = std::ranges::find_if(report.findings, [](const replay::Finding& finding) {
    return finding.rule->id() == "C4:62";
  });
  REQUIRE(leak != report.findings.end());
  CHECK(reduced(trace, *leak).positions == std::vector<std::uint64_t>{4, 5});
}

TEST_CASE("a reduced trace proves its finding, and no other") {
  TraceReader trace = format::trace_from_text(R"(ddireplay-text 1
module Test.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Test.sys ImageSize=0x8000
ExAllocatePoolWithTag NumberOfBytes=0x40 Tag='Test' return=0xffffa00000001000
ExFreePoolWithTag P=0xffffa00000001000 Tag='Test'
ExFreePoolWithTag P=0xffffa00000001000 Tag='Test'
derived by="reduced to finding 17" events=1000 finding=0x17
)",
                                              "text");
  const replay::Report report = replay_all(trace);
  REQUIRE_FALSE(report.findings.empty());
  for (const replay::Finding& finding : report.findings) {
    CHECK(finding.verdict == replay::Verdict::unknown);
  }
}

}  // namespace
}  // namespace ddireplay
