#include "format/trace_copy.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "format/text_form.h"
#include "tests/format/random_trace.h"
#include "tests/format/scratch_dir.h"

namespace ddireplay::format {
namespace {

using test::make_random_trace;
using test::read_events;
using test::ScratchDir;

template <class Wanted>
TraceReader copy_of(TraceReader& source, const CopyOptions& options, const CopyStep& step,
                    Wanted is_wanted) {
  TraceWriter writer(source.header());
  TraceCopy copy(source, writer, options);
  EventSource events(source);
  for (auto batch = events.next(); !batch.empty(); batch = events.next()) {
    for (const Event& event : batch) {
      if (is_wanted(event)) copy.append(event);
    }
  }
  writer.finish(copy.finish(step));
  return TraceReader::from_bytes(writer.take_bytes(), "copy");
}

bool all(const Event&) { return true; }

TEST_CASE("a copy of all events is the trace, but for saying that it is one") {
  const auto seed = GENERATE(range(1u, 9u));
  const test::RandomTrace trace = make_random_trace({.seed = seed,
                                                     .processors = 1 + seed % 4,
                                                     .events = 700,
                                                     .events_per_chunk = 90,
                                                     .with_gaps = seed % 2 == 0,
                                                     .with_symbols = seed % 4 == 0});
  TraceReader source = TraceReader::from_bytes(trace.bytes, "source");
  // All of it in gaps.
  const std::uint64_t lost = source.footer()->lost;
  TraceReader copy =
      copy_of(source, {.whole = true}, {.step = "copied", .events = 700, .lost = lost}, all);
  CHECK(read_events(copy, 1) == read_events(source, 1));
  CHECK(std::ranges::is_permutation(copy.footer()->modules, source.footer()->modules));
  CHECK(copy.footer()->imports.size() == source.footer()->imports.size());
  CHECK(copy.footer()->end_reason == source.footer()->end_reason);
  CHECK(copy.footer()->notices == source.footer()->notices);
  CHECK(copy.footer()->lost == source.footer()->lost);
  CHECK(copy.condition().lost_events == source.condition().lost_events);
  CHECK(copy.symbols().size() == source.symbols().size());
  REQUIRE(copy.footer()->derivation);
  CHECK(*copy.footer()->derivation == Derivation{.steps = {"copied"}, .events = 700});
}

constexpr std::string_view kSource = R"(ddireplay-text 1
module One.sys base=0x10000 size=0x8000 target
module Two.sys base=0x20000 size=0x8000 target
module Lib.sys base=0x30000 size=0x8000
module Far.sys base=0x40000 size=0x8000
symbol One.sys+0x10 OneRoutine
symbol Two.sys+0x10 TwoRoutine
ddi ExFreePool module=One.sys
ddi ExFreePool/2 module=Two.sys
ddi KeSetEvent module=One.sys
ExFreePool P=0x1000 [One.sys+0x10 Lib.sys+0x20]
ExFreePool/2 P=0x2000 [Two.sys+0x10]
gap cpu0 lost=3
> KeSetEvent Event=0x3000
< KeSetEvent Event=0x3000
import "One.sys" ExFreePool calls=1
import "One.sys" KeSetEvent calls=1
import "One.sys" KeGone calls=0
import "Two.sys" ExFreePool calls=1
notice "it rained"
end reason=time-limit lost=5
)";

TEST_CASE("a copy of some events has what they refer to, and counts them anew") {
  TraceReader source = trace_from_text(kSource, "source");
  TraceReader copy =
      copy_of(source, {.only_used = true, .reaches_end = false},
              {.step = "some", .events = 4, .lost = 3, .finding = 7},
              [](const Event& event) { return event.function != kGap && event.position != 2; });
  CHECK(read_events(copy, 1).size() == 3);
  const FooterInfo& footer = *copy.footer();
  std::vector<std::string> modules;
  for (const Module& module : footer.modules) modules.push_back(module.name);
  CHECK(modules == std::vector<std::string>{"One.sys", "Lib.sys"});
  REQUIRE(copy.symbols().size() == 1);
  CHECK(copy.symbols()[0].module == "One.sys");
  REQUIRE(footer.imports.size() == 2);
  CHECK(footer.imports[0].name == "ExFreePool");
  CHECK(footer.imports[1].name == "KeSetEvent");
  CHECK(footer.imports[1].calls == 1);
  CHECK(footer.end_reason == EndReason::converted);
  CHECK(footer.lost == 0);
  CHECK(footer.derivation->finding == 7);
}

TEST_CASE("a copy that ends early says so, unless it is there for one finding") {
  TraceReader source = trace_from_text(kSource, "source");
  const auto first = [](const Event& event) { return event.position == 1; };
  TraceReader cut = copy_of(source, {.reaches_end = false}, {.step = "cut"}, first);
  CHECK(cut.footer()->end_reason == EndReason::cut_off);
  TraceReader copy = copy_of(cut, {}, {.step = "again"}, first);
  CHECK(copy.footer()->end_reason == EndReason::cut_off);
  TraceReader reduced = copy_of(cut, {}, {.step = "reduced", .finding = 7}, first);
  CHECK(reduced.footer()->end_reason == EndReason::converted);
}

TEST_CASE("gaps are copied, and what was lost behind the last event where that is") {
  TraceReader source = trace_from_text(kSource, "source");
  const CopyStep step = {.step = "all", .events = 4, .lost = 3};
  TraceReader to_end = copy_of(source, {.reaches_end = true}, step, all);
  CHECK(to_end.footer()->lost == source.footer()->lost);
  CHECK(to_end.footer()->end_reason == EndReason::time_limit);
  TraceReader not_to_end = copy_of(source, {.reaches_end = false}, step, all);
  CHECK(not_to_end.footer()->lost == 3);
}

// Of three chunks, of which the second one is refused.
TraceReader damaged_trace(EndReason reason) {
  FileHeader header{};
  header.pointer_bytes = 8;
  header.clock_hz = 10'000'000;
  TraceWriter writer(header, {.events_per_chunk = 1});
  const FunctionId function = writer.add_function("Routine", "VOID (VOID)", "", kNoModuleId, 0);
  for (std::uint64_t time = 1; time <= 3; ++time) {
    writer.append({.time = time, .function = function, .stack = kNoStack});
  }
  FooterInfo footer;
  footer.end_reason = reason;
  writer.finish(footer);
  std::vector<std::byte> bytes = writer.take_bytes();
  const TraceReader whole = TraceReader::from_bytes(bytes, "whole");
  bytes[whole.chunks()[1].offset + sizeof(ChunkHeader) + 10] ^= std::byte{1};
  return TraceReader::from_bytes(std::move(bytes), "damaged");
}

TEST_CASE("a copy of a damaged trace tells what could not be read, and ends as the trace does") {
  const EndReason reason = GENERATE(EndReason::stopped, EndReason::target_crashed);
  TraceReader source = damaged_trace(reason);
  const TraceReader copy = copy_of(source, {.whole = true}, {.step = "copied"}, all);
  CHECK(copy.footer()->end_reason == reason);
  CHECK(copy.footer()->lost == 1);
  CHECK_FALSE(copy.condition().complete());
  REQUIRE_FALSE(copy.footer()->notices.empty());
  CHECK_THAT(copy.footer()->notices.back(), Catch::Contains("is refused"));
}

TEST_CASE("a gap is as long in a copy as it was, also where nothing comes behind it") {
  const ScratchDir dir;
  std::istringstream text(
      "machine processors=2\nchunks explicit\n"
      "@1 cpu1 ExFreePool P=1\n@2 cpu0 ExFreePool P=2\ngap cpu1 lost=3\n"
      "chunk cpu1 number=1 time=5\n@9 cpu0 ExFreePool P=3\nend reason=stopped\n");
  read_text(text, "gap.txt", dir.path("gap.ddt"));
  TraceReader source = TraceReader::open(dir.path("gap.ddt"));
  TraceReader copy = copy_of(source, {.whole = true}, {.step = "copied"}, all);
  CHECK(test::read_everything(copy) == test::read_everything(source));
}

TEST_CASE("a copy of a part keeps its cut, wherever that comes to stand") {
  std::string text(kSource);
  const std::size_t end = text.find("end reason");
  text.insert(end, "derived by=\"range #10 to #20\" events=100 begin=3\n");
  TraceReader source = trace_from_text(text, "source");
  TraceReader copy = copy_of(source, {}, {.step = "fewer", .events = 4}, [](const Event& event) {
    return event.position != 1 || event.function == kGap;
  });
  const Derivation expected = {.steps = {"range #10 to #20", "fewer"}, .events = 100, .begin = 2};
  CHECK(*copy.footer()->derivation == expected);
}

}  // namespace
}  // namespace ddireplay::format
