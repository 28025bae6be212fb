// From calls through stubs to a trace that the host's reader reads.
#include "recorder/core/writer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "format/trace_reader.h"
#include "tests/recorder/recording.h"

namespace ddireplay::recorder {
namespace {

format::TraceReader read(const Recording& recording) {
  return format::TraceReader::from_bytes(recording.output.bytes, "test");
}

// An event and its first value, which the reader keeps only for a while.
struct ReadEvent : format::Event {
  std::uint64_t first_value;
};

std::vector<ReadEvent> all_events(format::TraceReader& reader) {
  std::vector<ReadEvent> events;
  format::EventSource source(reader);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) events.push_back({event, event.values[0]});
  }
  return events;
}

TEST_CASE("a recording is read back: events, stacks, modules, imports", "[writer]") {
  Recording recording;
  fake::set_modules({{"MyDriver.sys", Recording::kDriver, Recording::kDriverBytes},
                     {"ntoskrnl.exe", 0x5000, 0x1000}});
  REQUIRE(recording.begin());
  fake::be(0, 7, 2);
  const auto allocate =
      recording.recorder.stub_for_import("ExAllocatePoolWithTag", recording.target, 0x9000);
  recording.recorder.stub_for_import("IoFreeMdl", recording.target, 0x9100);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10, 0x5678});
  caller.call(allocate, {1, 0x20, 0x61626364}, 0xabc0);
  fake::be(1, 8, 0);
  caller.call(allocate, {1, 0x30, 0x61626364}, 0xdef0);
  REQUIRE(recording.writer.pump(true));
  const std::string_view notices[] = {"a word"};
  REQUIRE(recording.writer.finish(format::EndReason::stopped, false, notices));

  format::TraceReader reader = read(recording);
  CHECK(reader.condition().complete());
  CHECK(reader.condition().problems.empty());
  const std::vector<ReadEvent> events = all_events(reader);
  REQUIRE(events.size() == 2);
  CHECK(events[0].thread == 7);
  CHECK(events[0].irql == 2);
  CHECK(events[0].processor == 0);
  CHECK(events[1].processor == 1);
  CHECK(reader.function(events[0].function).name == "ExAllocatePoolWithTag");
  CHECK(reader.function(events[0].function).original == 0x9000);
  REQUIRE(reader.stack(events[0].stack).size() == 2);
  CHECK(reader.stack(events[0].stack)[1] == 0x5678);

  REQUIRE(reader.footer() != nullptr);
  CHECK(reader.footer()->events == 2);
  CHECK(reader.footer()->notices == std::vector<std::string>{"a word"});
  REQUIRE(reader.footer()->imports.size() == 2);
  CHECK(reader.footer()->imports[0].calls == 2);
  CHECK(reader.footer()->imports[1].name == "IoFreeMdl");
  CHECK(reader.footer()->imports[1].calls == 0);
  REQUIRE(reader.footer()->modules.size() == 2);
  CHECK(reader.footer()->modules[0].is_target);
  CHECK(reader.footer()->modules[1].name == "ntoskrnl.exe");
}

TEST_CASE("losses are located by the chunk that follows them", "[writer]") {
  Recording recording;
  REQUIRE(recording.begin());
  fake::be(0, 7, 0);
  const auto free = recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  // 256 slots, one for each of these.
  for (std::uint64_t i = 0; i < 256 + 10; ++i) caller.enter(free, {i});
  REQUIRE(recording.writer.pump(true));
  caller.enter(free, {1000});
  // These come behind the last event.
  for (std::uint64_t i = 0; i < 300; ++i) caller.enter(free, {2000 + i});
  REQUIRE(recording.writer.finish(format::EndReason::stopped, false, {}));
  const std::uint64_t lost = recording.writer.lost();
  CHECK(lost > 10);

  format::TraceReader reader = read(recording);
  CHECK(reader.condition().lost_events == lost);
  CHECK(reader.footer()->lost == lost);
  std::uint64_t before = 0;
  std::uint64_t in_gaps = 0;
  for (const ReadEvent& event : all_events(reader)) {
    if (event.function == format::kGap) {
      in_gaps += event.first_value;
      if (in_gaps == 10) CHECK(before == 255);
    } else {
      before = event.first_value;
    }
  }
  CHECK(in_gaps == lost);
}

TEST_CASE("a call of what the host lacks is recorded as it begins, with its caller", "[writer]") {
  fake::set_provisions({{"KeFoo", {platform::Provider::absent, 0x9000}},
                        {"ExAllocatePool3", {platform::Provider::absent, 0xa000}},
                        {"IoMakeAssociatedIrp", {platform::Provider::absent, 0xb000}}});
  Recording recording;
  REQUIRE(recording.begin());
  fake::be(0, 7, 0);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  // Neither comes back; the table would have the first recorded only when it does.
  for (const char* name : {"ExAllocatePool3", "KeFoo"}) {
    caller.enter(recording.recorder.stub_for_import(name, recording.target, 0x9000), {1, 2});
  }
  recording.recorder.stub_for_import("IoMakeAssociatedIrp", recording.target, 0x9000);
  fake::set_provisions({});
  REQUIRE(recording.writer.finish(format::EndReason::stopped, false, {}));
  format::TraceReader reader = read(recording);
  CHECK(all_events(reader).size() == 2);
  const auto& imports = reader.footer()->imports;
  REQUIRE(imports.size() == 3);
  for (const format::ImportInfo& import : imports) {
    CAPTURE(import.name);
    const bool called = import.name != "IoMakeAssociatedIrp";
    CHECK(import.absent);
    CHECK(import.calls == (called ? 1 : 0));
    CHECK(import.caller == (called ? Recording::kDriver + 0x10 : 0));
  }
}

// Two processors, flushed in turn, onto a disk that takes so many bytes; `room_for_end`: and more
// at the end.
void record_onto(Recording& recording, std::size_t disk_bytes, bool room_for_end) {
  recording.output.limit = disk_bytes;
  if (!recording.begin()) return;
  const auto free = recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  for (std::uint64_t i = 0; i < 60; ++i) {
    fake::be(i % 2, 7, 0);
    caller.enter(free, {i});
    if (i % 9 == 8) recording.writer.pump(true);
  }
  if (room_for_end) recording.output.limit = SIZE_MAX;
  recording.writer.finish(format::EndReason::stopped, false, {});
}

TEST_CASE("wherever the disk is full, no event is missing that the trace doesn't tell of",
          "[writer]") {
  const bool is_flight = GENERATE(false, true);
  const bool room_for_end = GENERATE(false, true);
  const WriterConfig config = {
      .chunk_slots = 128, .index_chunks = 64, .flight_bytes = is_flight ? 1u << 16 : 0u};
  std::size_t whole_bytes = 0;
  {
    Recording recording(small_config(), config);
    record_onto(recording, SIZE_MAX, true);
    whole_bytes = recording.output.bytes.size();
    CHECK(read(recording).condition().complete());
  }
  for (std::size_t bytes = sizeof(format::FileHeader); bytes < whole_bytes; bytes += 24) {
    INFO("room for " << bytes << " of " << whole_bytes << " bytes");
    Recording recording(small_config(), config);
    record_onto(recording, bytes, room_for_end);
    format::TraceReader reader = read(recording);
    const std::vector<ReadEvent> events = all_events(reader);
    const auto read_events = static_cast<std::size_t>(std::ranges::count_if(
        events, [](const ReadEvent& event) { return event.function != format::kGap; }));
    if (read_events != 60) CHECK_FALSE(reader.condition().complete());
    if (reader.footer() == nullptr) continue;
    CHECK(read_events + reader.footer()->lost == 60);
    if (read_events == 60) continue;
    CHECK(reader.footer()->end_reason == format::EndReason::disk_full);
    CHECK(reader.condition().recovered);
  }
}

TEST_CASE("a disk that is full ends the trace in order", "[writer]") {
  Recording recording;
  REQUIRE(recording.begin());
  fake::be(0, 7, 0);
  const auto free = recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  for (std::uint64_t i = 0; i < 50; ++i) caller.enter(free, {i});
  REQUIRE(recording.writer.pump(true));
  recording.output.limit = recording.output.bytes.size() + 100;
  for (std::uint64_t i = 0; i < 50; ++i) caller.enter(free, {i});
  CHECK_FALSE(recording.writer.pump(true));
  const std::uint64_t written = recording.writer.bytes();
  CHECK(recording.output.bytes.size() == written);

  SECTION("a footer fits where a chunk didn't") {
    recording.output.limit = SIZE_MAX;
    CHECK(recording.writer.finish(format::EndReason::stopped, false, {}));
    format::TraceReader reader = read(recording);
    REQUIRE(reader.footer() != nullptr);
    CHECK(reader.footer()->end_reason == format::EndReason::disk_full);
    CHECK(reader.footer()->lost == 50);
  }
  SECTION("nothing fits") {
    CHECK_FALSE(recording.writer.finish(format::EndReason::disk_full, false, {}));
    CHECK(recording.output.bytes.size() == written);
    format::TraceReader reader = read(recording);
    CHECK(all_events(reader).size() == 50);
  }
}

TEST_CASE("more chunks than the index holds: the trace is whole without it", "[writer]") {
  Recording recording(small_config(), {.chunk_slots = 16, .index_chunks = 2});
  REQUIRE(recording.begin());
  fake::be(0, 7, 0);
  const auto free = recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  for (std::uint64_t i = 0; i < 100; ++i) caller.enter(free, {i});
  REQUIRE(recording.writer.finish(format::EndReason::stopped, false, {}));
  SECTION("whole") {
    format::TraceReader reader = read(recording);
    CHECK(reader.condition().complete());
    CHECK(all_events(reader).size() == 100);
  }
  SECTION("without one of its chunks") {
    const auto first = recording.output.bytes.begin() + sizeof(format::FileHeader);
    const auto& header = reinterpret_cast<const format::ChunkHeader&>(*first);
    const std::size_t size = sizeof(header) + format::padded(header.payload_bytes);
    recording.output.bytes.erase(first, first + size);
    CHECK_FALSE(read(recording).condition().complete());
  }
}

// Two processors record while the writer writes.
TEST_CASE("several processors and the writer at once", "[writer]") {
  RecorderConfig config = small_config();
  config.ring_slots = 4096;
  Recording recording(config, {.chunk_slots = 1024, .index_chunks = 1024});
  REQUIRE(recording.begin());
  const auto allocate =
      recording.recorder.stub_for_import("ExAllocatePoolWithTag", recording.target, 0x9000);
  const auto free = recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9100);
  constexpr std::uint64_t kRounds = 5000;
  std::atomic<int> running{2};
  const auto drive = [&](std::uint32_t processor) {
    fake::be(processor, 100 + processor, 0);
    Caller caller(recording.recorder, {Recording::kDriver + 0x10 + processor, 0x5000});
    for (std::uint64_t i = 0; i < kRounds; ++i) {
      caller.call(allocate, {1, i, 0x61626364}, 0x1000 + i);
      caller.call(free, {0x1000 + i}, 0);
    }
    --running;
  };
  std::thread first(drive, 0);
  std::thread second(drive, 1);
  while (running != 0) REQUIRE(recording.writer.pump(true));
  first.join();
  second.join();
  REQUIRE(recording.writer.finish(format::EndReason::stopped, false, {}));
  CHECK(presence().threads_inside() == 0);

  format::TraceReader reader = read(recording);
  CHECK(reader.condition().problems.empty());
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
  for (const ReadEvent& event : all_events(reader)) {
    if (event.function == format::kGap) {
      lost += event.first_value;
    } else {
      ++events;
      REQUIRE(event.thread == 100u + event.processor);
    }
  }
  CHECK(events + lost == 4 * kRounds);
  CHECK(events == recording.writer.events());
  CHECK(lost == recording.writer.lost());
}

}  // namespace
}  // namespace ddireplay::recorder
