// Two recordings that tell the same story in other words, and two that don't.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "format/text_form.h"
#include "tools/diff/alignment.h"
#include "tools/diff/columns.h"
#include "tools/diff/comparison.h"
#include "tools/diff/normaliser.h"

namespace ddireplay::tools::diff {
namespace {

// One text as a recording, under names that the other side shares.
struct Told {
  Told(const std::string& text, Names& names, const Basis& basis)
      : trace(format::trace_from_text(text, "t")),
        symbolizer(trace, "-"),
        recording(normalise(trace, symbolizer, names, basis)) {}

  format::TraceReader trace;
  Symbolizer symbolizer;
  Recording recording;
};

struct Difference {
  Difference(const std::string& good_text, const std::string& bad_text, const Basis& basis = {})
      : good(good_text, names, basis),
        bad(bad_text, names, basis),
        result(compare(good.recording, bad.recording, basis)) {}

  const Call& good_call(const Divergence& one) const {
    return good.recording.activities[one.good_activity].calls[one.good_begin];
  }
  const Call& bad_call(const Divergence& one) const {
    return bad.recording.activities[one.bad_activity].calls[one.bad_begin];
  }

  Names names;
  Told good;
  Told bad;
  Comparison result;
};

constexpr const char* kModule = "module D.sys base=0x10000000 size=0x6000 target\n";
constexpr const char* kMoved = "module D.sys base=0x7a000000 size=0x8000 target\n";

const std::string kTwoReads =
    "> t5 cb:Dispatch Irp=0x9000 Major=3\n"
    "ExAllocatePoolWithTag NumberOfBytes=0x20 Tag='abcd' return=0xa000\n"
    "KeInitializeEvent Event=0xa010 Type=1\n"
    "ExFreePoolWithTag P=0xa000 Tag='abcd'\n"
    "IofCompleteRequest Irp=0x9000 Information=8\n"
    "< cb:Dispatch Irp=0x9000 Major=3 return=0\n"
    "> cb:Dispatch Irp=0x9000 Major=3\n"
    "ExAllocatePoolWithTag NumberOfBytes=0x30 Tag='abcd' return=0xb000\n"
    "ExFreePoolWithTag P=0xb000 Tag='abcd'\n"
    "IofCompleteRequest Irp=0x9000 Information=9\n"
    "< cb:Dispatch Irp=0x9000 Major=3 return=0\n";

TEST_CASE("addresses, threads, processors, times and interleaving make no difference") {
  const Difference one(std::string(kModule) + kTwoReads,
                       std::string(kMoved) +
                           "@500000 t77 cpu1 > cb:Dispatch Irp=0x119000 Major=3\n"
                           "@+900 t66 cpu0 > cb:Dispatch Irp=0x22000 Major=3\n"
                           "t66 ExAllocatePoolWithTag NumberOfBytes=0x20 Tag='abcd' return=0xca00\n"
                           "t77 ExAllocatePoolWithTag NumberOfBytes=0x30 Tag='abcd' return=0xcb00\n"
                           "t66 KeInitializeEvent Event=0xca18 Type=1\n"
                           "t77 ExFreePoolWithTag P=0xcb00 Tag='abcd'\n"
                           "t66 ExFreePoolWithTag P=0xca00 Tag='abcd'\n"
                           "t77 IofCompleteRequest Irp=0x119000 Information=9\n"
                           "t66 IofCompleteRequest Irp=0x22000 Information=8\n"
                           "t77 < cb:Dispatch Irp=0x119000 Major=3 return=0\n"
                           "t66 < cb:Dispatch Irp=0x22000 Major=3 return=0\n");
  CHECK(one.result.same());
  CHECK(one.result.matched_calls == 11);
}

const std::string kThreeBlocks =
    "> cb:Dispatch Irp=0x9000 Major=14 Parameter3=0x222004\n"
    "ExAllocatePoolWithTag NumberOfBytes=0x20 Tag='abcd' return=0xa000\n"
    "ExAllocatePoolWithTag NumberOfBytes=0x20 Tag='abcd' return=0xb000\n"
    "ExAllocatePoolWithTag NumberOfBytes=0x20 Tag='abcd' return=0xc000\n"
    "ExFreePoolWithTag P=0xa000 Tag='abcd'\n"
    "ExFreePoolWithTag P=0xb000 Tag='abcd'\n"
    "ExFreePoolWithTag P=0xc000 Tag='abcd'\n"
    "< cb:Dispatch Irp=0x9000 Major=14 Parameter3=0x222004 return=0\n";

std::string without(std::string text, const std::string& part) {
  text.erase(text.find(part), part.size());
  return text;
}

std::string with(std::string text, const std::string& part, const std::string& instead) {
  return text.replace(text.find(part), part.size(), instead);
}

TEST_CASE("of three frees the one that is missing is told by its block") {
  const std::uint32_t number = GENERATE(1u, 2u, 3u);
  const std::string address(1, static_cast<char>('a' + number - 1));
  const std::string missing = "ExFreePoolWithTag P=0x" + address + "000 Tag='abcd'\n";
  const Difference one(kModule + kThreeBlocks, kModule + without(kThreeBlocks, missing));
  REQUIRE(one.result.divergences.size() == 1);
  const Divergence& divergence = one.result.divergences[0];
  CHECK(divergence.kind == DivergenceKind::calls);
  CHECK(divergence.good_end - divergence.good_begin == 1);
  CHECK(divergence.bad_end == divergence.bad_begin);
  const Call& call = one.good_call(divergence);
  CHECK(call.position == 4 + number);
  const Value& block = one.good.recording.values[call.first_value];
  REQUIRE(block.object != kNone);
  CHECK(one.good.recording.objects[block.object].ordinal == number);
}

TEST_CASE("a call more is told, and where") {
  const Difference one(kModule + without(kThreeBlocks, "ExFreePoolWithTag P=0xb000 Tag='abcd'\n"),
                       kModule + kThreeBlocks);
  REQUIRE(one.result.divergences.size() == 1);
  const Divergence& divergence = one.result.divergences[0];
  CHECK(divergence.good_end == divergence.good_begin);
  CHECK(one.bad_call(divergence).position == 6);
}

TEST_CASE("another block is freed") {
  const std::string good = without(kThreeBlocks, "ExFreePoolWithTag P=0xb000 Tag='abcd'\n");
  const std::string bad = without(kThreeBlocks, "ExFreePoolWithTag P=0xc000 Tag='abcd'\n");
  const Difference one(kModule + good, kModule + bad);
  REQUIRE(one.result.divergences.size() == 1);
  CHECK(one.result.divergences[0].kind == DivergenceKind::values);
  CHECK(one.result.divergences[0].values.size() == 1);
}

TEST_CASE("a size and a status that differ") {
  const Difference size(kModule + kThreeBlocks,
                        kModule + with(kThreeBlocks, "0x20 Tag='abcd' return=0xb000",
                                       "0x28 Tag='abcd' return=0xb000"));
  REQUIRE(size.result.divergences.size() == 1);
  CHECK(size.result.divergences[0].kind == DivergenceKind::values);
  CHECK(size.good_call(size.result.divergences[0]).position == 3);

  const Difference status(kModule + kThreeBlocks,
                          kModule + with(kThreeBlocks, "return=0\n", "return=0xc000000d\n"));
  REQUIRE(status.result.divergences.size() == 1);
  CHECK(status.result.divergences[0].kind == DivergenceKind::values);
  CHECK(status.good_call(status.result.divergences[0]).part == CallPart::tail);
}

TEST_CASE("a failed allocation is a difference") {
  const Difference one(kModule + kThreeBlocks,
                       kModule + without(with(kThreeBlocks, "return=0xc000", "return=0"),
                                         "ExFreePoolWithTag P=0xc000 Tag='abcd'\n"));
  REQUIRE(one.result.divergences.size() == 2);
  CHECK(one.good_call(one.result.divergences[0]).position == 4);
}

std::string rounds(int count) {
  std::string text = "> cb:Unload\n";
  for (int i = 0; i < count; ++i) {
    const std::string block = std::to_string(0x100000 + i * 0x1000);
    text += "ExAllocatePoolWithTag NumberOfBytes=0x20 Tag='loop' return=" + block + "\n";
    text += "ExFreePoolWithTag P=" + block + " Tag='loop'\n";
  }
  return text + "IoDeleteDevice DeviceObject=0x5000\n< cb:Unload\n";
}

TEST_CASE("a loop with more rounds on one side is one divergence") {
  const auto [good, bad] = GENERATE(std::pair(3, 50), std::pair(50, 3));
  const Difference one(kModule + rounds(good), kModule + rounds(bad));
  REQUIRE(one.result.divergences.size() == 1);
  const Divergence& divergence = one.result.divergences[0];
  CHECK(divergence.kind == DivergenceKind::loop);
  CHECK(divergence.period == 2);
  CHECK(divergence.good_rounds == static_cast<std::uint32_t>(good));
  CHECK(divergence.bad_rounds == static_cast<std::uint32_t>(bad));
}

TEST_CASE("an activity that only one side has") {
  const std::string more = kTwoReads + "> cb:Unload\n< cb:Unload\n";
  const Difference good(kModule + more, kModule + kTwoReads);
  REQUIRE(good.result.divergences.size() == 1);
  CHECK(good.result.divergences[0].kind == DivergenceKind::good_activity);
  const Difference bad(kModule + kTwoReads, kModule + more);
  REQUIRE(bad.result.divergences.size() == 1);
  CHECK(bad.result.divergences[0].kind == DivergenceKind::bad_activity);
}

// The DPC of a timer with that period, in milliseconds, has run that often.
std::string ticks(unsigned period, unsigned count, const std::string& more = {},
                  const std::string& behind = {}) {
  const std::string dpc = "Dpc=0xd000";
  std::string text = fmt::format(
      "> t5 cb:Dispatch Irp=0x9000 Major=3\n"
      "> KeSetTimerEx Timer=0xc000 DueTime=-10000 Period={} {}\n"
      "< KeSetTimerEx Timer=0xc000 DueTime=-10000 Period={} {} return=0\n"
      "< cb:Dispatch Irp=0x9000 Major=3 return=0\n",
      period, dpc, period, dpc);
  for (unsigned i = 0; i < count; ++i) {
    text += fmt::format("> t6 cb:Dpc {} Routine=0x10001000\n", dpc);
    text += "KeSetEvent Event=D.sys+0x4000\n" + more;
    text += fmt::format("< t6 cb:Dpc {}\n", dpc) + behind;
  }
  return kModule + text;
}

TEST_CASE("how often a timer has run is no difference") {
  const Difference more(ticks(5, 9), ticks(5, 3));
  CHECK(more.result.same());
  CHECK(more.result.more_ticks_of_good == 6);
  CHECK(more.result.more_ticks_of_bad == 0);
  CHECK(Difference(ticks(5, 3), ticks(5, 9)).result.more_ticks_of_bad == 6);
  // Set again by its own DPC.
  const std::string again = "> KeSetTimer Timer=0xc000 DueTime=-10000 Dpc=0xd000\n";
  CHECK(Difference(ticks(0, 4, again), ticks(0, 6, again)).result.same());
  const std::string queues =
      "IoQueueWorkItem IoWorkItem=0xe000 WorkerRoutine=0x10002000 QueueType=1 Context=0xc000\n";
  const std::string works =
      "> t7 cb:WorkItem DeviceObject=0x7000 Context=0xc000\n"
      "KeReadStateEvent Event=D.sys+0x4000\n"
      "< t7 cb:WorkItem DeviceObject=0x7000 Context=0xc000\n";
  const Difference queued(ticks(5, 4, queues, works), ticks(5, 6, queues, works));
  CHECK(queued.result.same());
  CHECK(queued.result.more_ticks_of_bad == 4);
}

TEST_CASE("how often something else has run is a difference, and so is a tick that none is like") {
  CHECK_FALSE(Difference(ticks(0, 9), ticks(0, 3)).result.same());  // queued by whoever
  CHECK_FALSE(Difference(ticks(5, 9), ticks(5, 0)).result.same());
  const std::string rare = "KeReadStateEvent Event=D.sys+0x4000\n";
  const Difference other(ticks(5, 2),
                         ticks(5, 2) + ticks(5, 1, rare).substr(std::string(kModule).size()));
  CHECK_FALSE(other.result.same());
}

TEST_CASE("the activity that differs is found among many that are alike") {
  std::string good = kModule;
  std::string bad = kModule;
  for (int i = 0; i < 20; ++i) {
    good += kThreeBlocks;
    bad += i == 7 ? without(kThreeBlocks, "ExFreePoolWithTag P=0xb000 Tag='abcd'\n") : kThreeBlocks;
  }
  const Difference one(good, bad);
  REQUIRE(one.result.divergences.size() == 1);
  CHECK(one.result.divergences[0].good_activity == 7);
  CHECK(one.result.divergences[0].bad_activity == 7);
}

TEST_CASE("a wait that never returns") {
  const std::string waits =
      "> cb:Unload\n"
      "> KeWaitForSingleObject Object=0x5000\n";
  const std::string returns = "< KeWaitForSingleObject Object=0x5000 return=0\n< cb:Unload\n";
  const Difference one(kModule + waits + returns, kModule + waits);
  REQUIRE(!one.result.same());
  CHECK(one.result.divergences[0].kind == DivergenceKind::values);
  CHECK(one.result.divergences[0].values.empty());
  CHECK(one.good_call(one.result.divergences[0]).position == 2);
}

TEST_CASE("an address on a stack means nothing once its activity is over") {
  const std::string first =
      "> cb:Unload\nKeInitializeEvent Event=0x5000\nKeSetEvent Event=0x5000\n< cb:Unload\n";
  const std::string second = "> cb:AddDevice\nIoDeleteSymbolicLink SymbolicLinkName=";
  const Difference one(kModule + first + second + "0x5000\n< cb:AddDevice\n",
                       kModule + first + second + "0x6000\n< cb:AddDevice\n");
  CHECK(one.result.same());
}

TEST_CASE("offsets in a block count within one build only") {
  const std::string good =
      "> cb:Unload\nExAllocatePoolWithTag NumberOfBytes=0x80 return=0xa000\n"
      "KeSetEvent Event=0xa010\n< cb:Unload\n";
  const std::string bad = with(good, "0xa010", "0xa040");
  CHECK(Difference(kModule + good, kModule + bad).result.same());
  CHECK(!Difference(kModule + good, kModule + bad, {.same_build = true}).result.same());
}

TEST_CASE("sequences that have nothing in common are aligned in bounded time") {
  std::vector<std::uint64_t> good;
  std::vector<std::uint64_t> bad;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    good.push_back(i * 2);
    bad.push_back(i % 1000 == 0 ? i * 2 : i * 2 + 1);
  }
  const Matches matches = align(good, bad);
  for (const auto& [x, y] : matches) CHECK(good[x] == bad[y]);
  CHECK(!matches.empty());
  CHECK(align(good, good).size() == good.size());
  CHECK(align(good, {}).empty());
}

TEST_CASE("the shortest edit script is found") {
  const std::vector<std::uint64_t> good{1, 2, 3, 1, 2, 2, 1};
  const std::vector<std::uint64_t> bad{3, 2, 1, 2, 1, 3};
  CHECK(align(good, bad).size() == 4);
}

TEST_CASE("two texts stand side by side, or below each other where that is too wide") {
  const std::string wide = side_by_side("GOOD", {"a b"}, "BAD", {"c", "d"}, 80);
  CHECK(wide.find("  a b") == wide.find('\n') + 1);
  CHECK(wide.find("| c") != std::string::npos);
  CHECK(side_by_side("GOOD", {"a b"}, "BAD", {"c", "d"}, 60) ==
        "  GOOD\n    a b\n  BAD\n    c\n    d\n");
  for (const char* line :
       {"x", "a long line that does not fit into a column of this width at all"}) {
    const std::string text = side_by_side("GOOD", {line}, "BAD", {line}, 80);
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t end = text.find('\n', begin);
      CHECK(end - begin <= 80);
      begin = end + 1;
    }
  }
}

}  // namespace
}  // namespace ddireplay::tools::diff
