// A flight recording keeps the newest chunks, in memory and in a circle in its file.
#include <catch2/catch.hpp>
#include <random>

#include "format/trace_reader.h"
#include "recorder/core/flight_store.h"
#include "tests/recorder/recording.h"

namespace ddireplay::recorder {
namespace {

using Chunk = std::vector<std::byte>;

Chunk make_chunk(std::uint32_t number, std::size_t bytes) {
  Chunk chunk(bytes, static_cast<std::byte>(number));
  format::ChunkHeader header = {};
  header.number = number;
  std::memcpy(chunk.data(), &header, sizeof(header));
  return chunk;
}

TEST_CASE("the store has the newest chunks, whole and in order, whatever their sizes") {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    Chunk memory(4096);
    std::vector<FlightStore::Place> places(1 + random() % 40);
    FlightStore store;
    store.attach(memory, places);
    std::vector<Chunk> all;
    std::uint32_t oldest = 0;
    for (std::uint32_t i = 0; i < 300; ++i) {
      all.push_back(make_chunk(i, sizeof(format::ChunkHeader) + 8 * (random() % 120)));
      const auto place = store.add(all.back(), [&](const format::ChunkHeader& dropped) {
        CHECK(dropped.number == oldest);
        ++oldest;
      });
      REQUIRE(place);
      REQUIRE(store.size() == i + 1 - oldest);
      REQUIRE(store.size() <= places.size());
      for (std::size_t k = 0; k < store.size(); ++k) {
        const auto kept = store.chunk(k);
        REQUIRE(Chunk(kept.begin(), kept.end()) == all[oldest + k]);
      }
    }
    // Not one more has given way than had to: two of the largest don't fill the memory.
    if (places.size() > 3) CHECK(store.size() >= 3);
  }
}

TEST_CASE("a chunk that is larger than the store is not kept, and nothing gives way to it") {
  Chunk memory(256);
  std::vector<FlightStore::Place> places(4);
  FlightStore store;
  store.attach(memory, places);
  const auto drop = [](const format::ChunkHeader&) { FAIL("nothing had to go"); };
  REQUIRE(store.add(make_chunk(0, 200), drop));
  CHECK_FALSE(store.add(make_chunk(1, 264), drop));
  CHECK(store.size() == 1);
}

struct Flight {
  explicit Flight(std::size_t flight_bytes)
      : recording(small_config(),
                  {.chunk_slots = 128, .index_chunks = 64, .flight_bytes = flight_bytes}) {
    REQUIRE(recording.begin());
    free = recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000);
  }

  void record(std::uint16_t processor, std::uint64_t value) {
    fake::be(processor, 7, 0);
    Caller(recording.recorder, {Recording::kDriver + 0x10}).enter(free, {value});
  }

  Recording recording;
  std::uint64_t free = 0;
};

struct Read {
  std::vector<std::uint64_t> values;
  std::vector<std::uint16_t> gaps;  // processors
  std::vector<std::uint64_t> gap_positions;
};

Read read_all(format::TraceReader& reader) {
  Read read;
  format::EventSource source(reader);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (event.function == format::kGap) {
        read.gaps.push_back(event.processor);
        read.gap_positions.push_back(event.position);
      } else {
        read.values.push_back(event.values[0]);
      }
    }
  }
  return read;
}

TEST_CASE("what finds room is an ordinary, complete trace") {
  Flight flight(1 << 20);
  for (std::uint64_t i = 0; i < 50; ++i) {
    flight.record(0, i);
    REQUIRE(flight.recording.writer.pump(true));
  }
  REQUIRE(flight.recording.writer.finish(format::EndReason::stopped, false, {}));
  auto reader = format::TraceReader::from_bytes(flight.recording.output.bytes, "flight");
  CHECK(reader.condition().complete());
  CHECK_FALSE(reader.footer()->flight);
  CHECK(read_all(reader).values.size() == 50);
}

TEST_CASE("else it has the newest events, and says that it begins in the middle") {
  constexpr std::size_t kBytes = 16 * 1024;
  Flight flight(kBytes);
  for (std::uint64_t i = 0; i < 60; ++i) {
    flight.record(0, i);
    if (i < 5) flight.record(1, 1000 + i);  // silent from then on
    REQUIRE(flight.recording.writer.pump(true));
    CHECK(flight.recording.output.bytes.size() <= sizeof(format::FileHeader) + kBytes);
  }
  REQUIRE(flight.recording.writer.finish(format::EndReason::stopped, false, {}));
  auto reader = format::TraceReader::from_bytes(flight.recording.output.bytes, "flight");
  CHECK(reader.footer()->flight);
  CHECK(reader.condition().begins_late);
  CHECK_FALSE(reader.condition().complete());
  CHECK(reader.condition().skipped_bytes == 0);
  CHECK(reader.condition().lost_events == 0);
  const Read read = read_all(reader);
  REQUIRE(read.values.size() >= 3);
  CHECK(read.values.size() < 60);
  CHECK(read.values.back() == 59);
  CHECK(read.values.front() == 60 - read.values.size());
  CHECK(reader.footer()->events == read.values.size());
  // Both processors had events that are gone.
  CHECK(read.gaps == std::vector<std::uint16_t>{0, 1});
  CHECK(read.gap_positions == std::vector<std::uint64_t>{1, 1});
}

TEST_CASE(
    "a flight recording that was never ended has its newest chunks in its file, and in order") {
  Flight flight(16 * 1024);
  for (std::uint64_t i = 0; i < 60; ++i) {
    flight.record(0, i);
    REQUIRE(flight.recording.writer.pump(true));
  }
  auto reader = format::TraceReader::from_bytes(flight.recording.output.bytes, "crashed");
  CHECK(reader.condition().recovered);
  const Read read = read_all(reader);
  REQUIRE(read.values.size() >= 3);
  CHECK(read.values.back() == 59);
  CHECK(std::ranges::is_sorted(read.values));
}

}  // namespace
}  // namespace ddireplay::recorder
