// Recordings as large as they come: many processors, a day and a night, counters near their ends.
#include <catch2/catch.hpp>

#include "format/trace_reader.h"
#include "tests/recorder/recording.h"

namespace ddireplay::recorder {
namespace {

constexpr std::uint64_t kHz = 3'000'000'000;
constexpr std::uint64_t kFreeRoutine = 0x9100;

struct ReadEvent {
  std::uint64_t time;
  std::uint32_t processor;
  std::uint64_t value;
  bool is_gap;
};

// All events of a trace, which must be whole but for losses and the `problems`.
std::vector<ReadEvent> events_of(const Recording& recording,
                                 const std::vector<std::string>& problems = {}) {
  format::TraceReader reader = format::TraceReader::from_bytes(recording.output.bytes, "test");
  REQUIRE(reader.condition().has_footer);
  CHECK(reader.condition().problems == problems);
  std::vector<ReadEvent> events;
  format::EventSource source(reader);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      events.push_back(
          {event.time, event.processor, event.values[0], event.function == format::kGap});
    }
  }
  return events;
}

std::uint64_t free_stub(Recording& recording) {
  return recording.recorder.stub_for_import("ExFreePool", recording.target, kFreeRoutine);
}

TEST_CASE("64 processors: a stream of each is read back in order", "[extent]") {
  constexpr std::uint32_t kProcessors = 64;
  constexpr std::uint64_t kRounds = 200;
  RecorderConfig config = small_config();
  config.processors = kProcessors;
  Recording recording(config);
  REQUIRE(recording.begin());
  const std::uint64_t free = free_stub(recording);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    for (std::uint32_t processor = 0; processor < kProcessors; ++processor) {
      fake::be(processor, 100 + processor, 0);
      caller.enter(free, {round << 8 | processor});
    }
    if (round % 50 == 0) REQUIRE(recording.writer.pump(round % 100 == 0));
  }
  fake::be(0, 1, 0);
  REQUIRE(recording.writer.finish(format::EndReason::stopped, false, {}));

  const std::vector<ReadEvent> events = events_of(recording);
  REQUIRE(events.size() == kRounds * kProcessors);
  // They were made in turn, so in order of time they are in turn again.
  bool sound = true;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::uint32_t processor = i % kProcessors;
    sound = sound && events[i].processor == processor &&
            events[i].value == (i / kProcessors << 8 | processor);
  }
  CHECK(sound);
}

TEST_CASE("a day and a night: every time, chunk and loss is as it was", "[extent]") {
  constexpr std::uint64_t kSeconds = 24 * 60 * 60;
  constexpr std::uint64_t kEventsPerSecond = 2;
  Recording recording(small_config(),
                      {.chunk_slots = 128, .index_chunks = 64, .first_number = 0xffffff00});
  const std::uint64_t begin =
      GENERATE(std::uint64_t{1000}, (std::uint64_t{1} << 63) - 40'000 * kHz);
  fake::set_clock(begin);
  REQUIRE(recording.begin());
  fake::be(1, 7, 0);
  const std::uint64_t free = free_stub(recording);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  std::uint64_t stored = 0;
  for (std::uint64_t second = 0; second < kSeconds; ++second) {
    fake::set_clock(begin + second * kHz);
    for (std::uint64_t i = 0; i < kEventsPerSecond; ++i) caller.enter(free, {stored++});
    if (second % 60 == 0) REQUIRE(recording.writer.pump(true));
  }
  fake::be(0, 1, 0);
  REQUIRE(recording.writer.finish(format::EndReason::stopped, false, {}));
  fake::set_clock(1000);

  // The recording is one whose first 2^32 - 256 chunks are not there, for all that a reader knows:
  // they may have been the first ones of processor 1, and all of processor 0.
  std::vector<ReadEvent> events = events_of(recording, {"chunks 0 to 4294967039 are missing"});
  CHECK(std::erase_if(events, [](const ReadEvent& event) { return event.is_gap; }) == 2);
  REQUIRE(events.size() == kSeconds * kEventsPerSecond);
  bool sound = true;
  for (std::uint64_t i = 0; i < events.size(); ++i) {
    const std::uint64_t second = begin + i / kEventsPerSecond * kHz;
    sound = sound && events[i].value == i && events[i].time > second && events[i].time < second + 9;
  }
  CHECK(sound);
}

// A day at a million events per second are 86.4 thousand million of them, all lost where the disk
// takes none.
TEST_CASE("more losses than 32 bits can count are told, in the trace and by its reader",
          "[extent]") {
  constexpr std::uint64_t kLostBefore = 86'400'000'000;
  RecorderConfig config = small_config();
  config.ring_start = {.position = kLostBefore, .lost = kLostBefore};
  Recording recording(config);
  REQUIRE(recording.begin());
  fake::be(0, 1, 0);
  const std::uint64_t free = free_stub(recording);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  for (std::uint64_t i = 0; i < config.ring_slots; ++i) caller.enter(free, {i});
  REQUIRE(recording.writer.finish(format::EndReason::stopped, false, {}));
  const std::vector<ReadEvent> events = events_of(recording);
  REQUIRE(events.size() > 2);
  CHECK(events[0].is_gap);
  CHECK(events[0].value == kLostBefore);
  const auto reader = format::TraceReader::from_bytes(recording.output.bytes, "test");
  // The slot of the mark was one too few for the events, and the other processor's ring says the
  // same of its own.
  constexpr std::uint64_t kLost = 2 * kLostBefore + 1;
  CHECK(reader.condition().lost_events == kLost);
  CHECK(reader.footer()->lost == kLost);
}

}  // namespace
}  // namespace ddireplay::recorder
