// What is left of a trace becomes a trace again.
#include "format/trace_repair.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/format/random_trace.h"
#include "tests/format/scratch_dir.h"

namespace ddireplay::format {
namespace {

using test::make_random_trace;
using test::PlainEvent;
using test::RandomTrace;
using test::read_events;
using test::read_everything;
using test::ScratchDir;
using Memory = std::vector<std::byte>;

RandomTrace some_trace(std::uint32_t seed = 1) {
  return make_random_trace({.seed = seed, .events = 1000, .events_per_chunk = 50});
}

std::vector<ChunkInfo> chunks_of(const RandomTrace& trace) {
  const TraceReader reader = TraceReader::from_bytes(trace.bytes, "whole");
  return {reader.chunks().begin(), reader.chunks().end()};
}

Memory read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

Repair repair_all(std::span<const Memory> files, const std::string& output) {
  const std::vector<Bytes> sources(files.begin(), files.end());
  const std::vector<FoundTrace> found = find_traces(sources);
  REQUIRE(found.size() == 1);
  return repair_trace(sources, found.front(), output);
}

Repair repair(const Memory& file, const std::string& output) {
  return repair_all({&file, 1}, output);
}

std::size_t end_of(const ChunkInfo& chunk) {
  return chunk.offset + sizeof(ChunkHeader) + padded(chunk.header.payload_bytes);
}

TEST_CASE("a whole trace stays byte for byte as it is") {
  const ScratchDir dir;
  const RandomTrace trace = make_random_trace({.with_gaps = true, .with_symbols = true});
  const Repair done = repair(trace.bytes, dir.path("out.ddt"));
  CHECK(done.lost_nothing());
  CHECK(done.events == trace.events.size());
  CHECK(read_file(dir.path("out.ddt")) == trace.bytes);
}

TEST_CASE("cut anywhere, all whole chunks are in the repaired trace, which says that it was cut") {
  const RandomTrace trace = some_trace();
  const auto chunks = chunks_of(trace);
  std::mt19937 random(7);
  for (int i = 0; i < 60; ++i) {
    const std::size_t length =
        end_of(chunks.front()) + random() % (trace.bytes.size() - end_of(chunks.front()));
    CAPTURE(length);
    const ScratchDir dir;
    const Memory cut(trace.bytes.begin(), trace.bytes.begin() + static_cast<long>(length));
    TraceReader before = TraceReader::from_bytes(cut, "cut");
    const auto events = read_events(before);
    const Repair done = repair(cut, dir.path("out.ddt"));
    CHECK(done.events == events.size());
    const bool has_footer = length >= end_of(chunks.back());
    CHECK(done.lost_nothing() == has_footer);
    CHECK(before.condition().complete() == has_footer);
    TraceReader after = TraceReader::open(dir.path("out.ddt"));
    CHECK(read_events(after) == events);
    CHECK(after.condition().complete() == has_footer);
    CHECK(after.condition().skipped_bytes == 0);
    REQUIRE(after.footer() != nullptr);
    CHECK(after.footer()->events == events.size());
    if (!has_footer) CHECK(after.footer()->end_reason == EndReason::recovered);
  }
}

TEST_CASE("bytes that were changed anywhere cost the chunks that they lie in, and no other") {
  const RandomTrace trace = some_trace();
  const auto chunks = chunks_of(trace);
  std::mt19937 random(9);
  for (int i = 0; i < 100; ++i) {
    const std::size_t at =
        sizeof(FileHeader) + random() % (trace.bytes.size() - sizeof(FileHeader));
    CAPTURE(at);
    Memory damaged = trace.bytes;
    damaged[at] ^= std::byte{0x10};
    std::size_t victim = 0;
    while (victim < chunks.size() && end_of(chunks[victim]) <= at) ++victim;
    const bool is_footer = victim + 1 == chunks.size();
    const bool is_trailer = victim == chunks.size();
    const std::size_t in_chunk = is_trailer ? 0 : at - chunks[victim].offset;
    const bool is_padding =
        !is_trailer && in_chunk >= sizeof(ChunkHeader) + chunks[victim].header.payload_bytes;

    const ScratchDir dir;
    const Repair done = repair(damaged, dir.path("out.ddt"));
    const std::size_t lost = is_trailer || is_padding ? 0 : chunks[victim].header.event_count;
    CHECK(done.events == trace.events.size() - lost);
    CHECK(done.lost_nothing() == (is_trailer || is_padding));
    TraceReader before = TraceReader::from_bytes(damaged, "damaged");
    read_events(before);
    CHECK(before.condition().complete() == done.lost_nothing());
    TraceReader after = TraceReader::open(dir.path("out.ddt"));
    CHECK(read_events(after).size() == done.events);
    if (is_trailer || is_padding) continue;
    CHECK_FALSE(after.condition().complete());
    if (is_footer) continue;
    REQUIRE(done.missing.size() == 1);
    CHECK(done.missing[0].first == chunks[victim].header.number);
    CHECK(done.missing[0].last == chunks[victim].header.number);
    // Its header, where that is sound, says how many events are missing.
    if (in_chunk >= sizeof(ChunkHeader)) {
      CHECK(after.condition().lost_events == lost);
    } else {
      CHECK(after.condition().missing_chunks == 1);
    }
    CHECK_FALSE(done.gaps.empty());
  }
}

TEST_CASE("a repaired trace is not changed by another repair") {
  const ScratchDir dir;
  RandomTrace trace = some_trace();
  const auto chunks = chunks_of(trace);
  trace.bytes[chunks[2].offset + 100] ^= std::byte{1};
  trace.bytes[chunks[5].offset + 10] ^= std::byte{1};
  trace.bytes.resize(chunks[9].offset + 50);
  repair(trace.bytes, dir.path("once.ddt"));
  repair(read_file(dir.path("once.ddt")), dir.path("twice.ddt"));
  CHECK(read_file(dir.path("once.ddt")) == read_file(dir.path("twice.ddt")));
}

TEST_CASE("parts that lie anywhere in several files come together, in order and once") {
  const ScratchDir dir;
  const RandomTrace trace = some_trace();
  const auto chunks = chunks_of(trace);
  std::mt19937 random(3);
  std::vector<Memory> files(2);
  const auto put = [&](Memory& file, std::size_t begin, std::size_t end) {
    const std::size_t noise = random() % 50;  // so that chunks stand at any alignment
    for (std::size_t i = 0; i < noise; ++i) file.push_back(static_cast<std::byte>(random()));
    file.insert(file.end(), trace.bytes.begin() + static_cast<long>(begin),
                trace.bytes.begin() + static_cast<long>(end));
  };
  for (std::size_t i = chunks.size(); i-- > 0;) {
    put(files[i % 2], chunks[i].offset, end_of(chunks[i]));
    if (i % 3 == 0) put(files[0], chunks[i].offset, end_of(chunks[i]));
  }
  put(files[1], 0, sizeof(FileHeader));
  const Repair done = repair_all(files, dir.path("out.ddt"));
  CHECK(done.lost_nothing());
  CHECK(read_file(dir.path("out.ddt")) == trace.bytes);
}

TEST_CASE("without its file header a trace has its events, and a word on what is assumed") {
  const ScratchDir dir;
  const RandomTrace trace = some_trace();
  const Memory chunks(trace.bytes.begin() + sizeof(FileHeader), trace.bytes.end());
  const Repair done = repair(chunks, dir.path("out.ddt"));
  CHECK(done.header_was_missing);
  CHECK_FALSE(done.lost_nothing());
  TraceReader after = TraceReader::open(dir.path("out.ddt"));
  CHECK(read_events(after) == trace.events);
  REQUIRE_FALSE(after.footer()->notices.empty());
  CHECK_THAT(after.footer()->notices.back(), Catch::Contains("file header was not found"));
  CHECK(after.header().host == Host::unknown);
  CHECK(after.header().irql_source == IrqlSource::unknown);
}

TEST_CASE("several traces in one file are told apart") {
  Memory file = some_trace(1).bytes;
  const RandomTrace other = some_trace(2);
  file.insert(file.end(), other.bytes.begin(), other.bytes.end());
  const Bytes source = file;
  const auto found = find_traces({&source, 1});
  REQUIRE(found.size() == 2);
  CHECK(found[0].trace_id != found[1].trace_id);
  const ScratchDir dir;
  CHECK(repair_trace({&source, 1}, found[1], dir.path("out.ddt")).lost_nothing());
  CHECK(read_file(dir.path("out.ddt")) == other.bytes);
}

TEST_CASE("where nothing can be made, an older output stays") {
  const ScratchDir dir;
  const std::string path = dir.path("out.ddt");
  std::ofstream(path) << "older";
  const Memory header(64);
  const Bytes source = header;
  CHECK(find_traces({&source, 1}).empty());
  CHECK_THROWS_AS(repair_trace({&source, 1}, FoundTrace{}, path), Error);
  CHECK(std::filesystem::file_size(path) == 5);
  CHECK_FALSE(std::filesystem::exists(path + ".partial"));
}

TEST_CASE("what belongs to no chunk is told by its range") {
  RandomTrace trace = some_trace();
  const auto chunks = chunks_of(trace);
  trace.bytes[chunks[1].offset + 20] ^= std::byte{1};
  const Bytes source = trace.bytes;
  const auto found = find_traces({&source, 1});
  REQUIRE(found.size() == 1);
  const auto unused = unused_ranges(source, found[0]);
  REQUIRE(unused.size() == 1);
  CHECK(unused[0].offset == chunks[1].offset);
  CHECK(unused[0].offset + unused[0].bytes == chunks[2].offset);
}

}  // namespace
}  // namespace ddireplay::format
