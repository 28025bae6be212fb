// The order of events of several processors, and where gaps stand.
#include <catch2/catch.hpp>

#include "format/text_form.h"
#include "tests/format/random_trace.h"

namespace ddireplay::format {
namespace {

struct Seen {
  std::uint64_t position;
  std::uint64_t time;
  std::uint16_t processor;
  FunctionId function;
  std::uint64_t first_value;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> read(TraceReader& reader) {
  std::vector<Seen> seen;
  EventSource source(reader);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) {
      seen.push_back({event.position, event.time, event.processor, event.function,
                      event.value_count == 0 ? 0 : event.values[0]});
    }
  }
  return seen;
}

constexpr FunctionId kFirst = 1;  // function of a trace that has one only

TEST_CASE("events are ordered by time, then processor, then place") {
  TraceReader reader = trace_from_text(R"(
    @5 cpu1 ExFreePool P=1
    @5 cpu1 ExFreePool P=2
    @5 cpu0 ExFreePool P=3
    @7 cpu0 ExFreePool P=4
    @6 cpu1 ExFreePool P=5
  )",
                                       "order");
  CHECK(read(reader) == std::vector<Seen>{{1, 5, 0, kFirst, 3},
                                          {2, 5, 1, kFirst, 1},
                                          {3, 5, 1, kFirst, 2},
                                          {4, 6, 1, kFirst, 5},
                                          {5, 7, 0, kFirst, 4}});
}

TEST_CASE("a chunk waits for its predecessor that ends at the same time") {
  TraceReader reader = trace_from_text(R"(
    @5 cpu1 ExFreePool P=1
    @9 cpu1 ExFreePool P=2
    chunk cpu1
    @9 cpu1 ExFreePool P=3
    @9 cpu0 ExFreePool P=4
  )",
                                       "ties");
  CHECK(read(reader) == std::vector<Seen>{{1, 5, 1, kFirst, 1},
                                          {2, 9, 0, kFirst, 4},
                                          {3, 9, 1, kFirst, 2},
                                          {4, 9, 1, kFirst, 3}});
}

TEST_CASE("a gap stands behind the last event before the loss and counts as none") {
  TraceReader reader = trace_from_text(R"(
    @5 cpu0 ExFreePool P=1
    @5 cpu1 ExFreePool P=2
    gap cpu0 lost=17
    @9 cpu0 ExFreePool P=3
    @8 cpu1 ExFreePool P=4
  )",
                                       "gap");
  CHECK(read(reader) == std::vector<Seen>{{1, 5, 0, kFirst, 1},
                                          {2, 5, 0, kGap, 17},
                                          {2, 5, 1, kFirst, 2},
                                          {3, 8, 1, kFirst, 4},
                                          {4, 9, 0, kFirst, 3}});
  CHECK(reader.condition().lost_events == 17);
  CHECK_FALSE(reader.condition().complete());
}

TEST_CASE("a gap tells until when events are missing") {
  TraceReader reader = trace_from_text("gap cpu0 lost=2\n@30 ExFreePool\n", "gap");
  EventSource source(reader);
  const auto batch = source.next();
  REQUIRE(batch.size() == 2);
  CHECK(batch[0].time == 0);
  REQUIRE(batch[0].value_count == 2);
  CHECK(batch[0].values[1] == 30);
  CHECK(reader.function(kGap).name == "gap");
}

TEST_CASE("losses behind the last event are gaps as well") {
  TraceReader reader = trace_from_text("@30 ExFreePool P=1\ngap cpu0 lost=4\n", "gap");
  CHECK(read(reader) == std::vector<Seen>{{1, 30, 0, kFirst, 1}, {2, 30, 0, kGap, 4}});
}

TEST_CASE(
    "where the recorder did not close the trace, every processor but the last has an open end") {
  constexpr const char* kEvents =
      "@30 cpu0 ExFreePool P=1\n@40 cpu1 ExFreePool P=2\n@50 cpu1 ExFreePool P=3\n";
  const std::vector<Seen> all = {
      {1, 30, 0, kFirst, 1}, {2, 40, 1, kFirst, 2}, {3, 50, 1, kFirst, 3}};
  TraceReader closed = trace_from_text(kEvents, "closed");
  CHECK(read(closed) == all);
  TraceReader killed = trace_from_text(std::string(kEvents) + "end reason=killed\n", "killed");
  CHECK(read(killed) == std::vector<Seen>{all[0], {2, 30, 0, kGap, 0}, all[1], all[2]});
}

TEST_CASE(
    "of processors without a chunk nothing is known where the recorder did not close the trace") {
  const std::string events =
      "machine processors=4 start=20\n"
      "@30 cpu0 ExFreePool P=1\n@40 cpu2 ExFreePool P=2\n";
  TraceReader closed = trace_from_text(events, "closed");
  CHECK(read(closed) == std::vector<Seen>{{1, 30, 0, kFirst, 1}, {2, 40, 2, kFirst, 2}});
  TraceReader killed = trace_from_text(events + "end reason=killed\n", "killed");
  CHECK(read(killed) == std::vector<Seen>{{1, 20, 1, kGap, 0},
                                          {1, 30, 0, kFirst, 1},
                                          {2, 30, 0, kGap, 0},
                                          {2, 40, 2, kFirst, 2}});
}

TEST_CASE("more gaps than a batch holds") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "gap cpu0 lost=1\nExFreePool\n";
  TraceReader reader = trace_from_text(text, "gaps");
  const auto seen = read(reader);
  REQUIRE(seen.size() == 2000);
  CHECK(seen.back() == Seen{1000, 1000, 0, kFirst, 0});
  CHECK(seen[1998] == Seen{1000, 999, 0, kGap, 1});
}

}  // namespace
}  // namespace ddireplay::format
