// A recorded trace gets its end from outside.
#include "format/trace_closer.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/format/random_trace.h"
#include "tests/format/scratch_dir.h"

namespace ddireplay::format {
namespace {

using test::make_random_trace;
using test::RandomTrace;
using test::read_events;
using test::ScratchDir;

RandomTrace some_trace() {
  return make_random_trace({.processors = 2, .events = 500, .events_per_chunk = 50});
}

void write_file(const std::string& path, std::span<const std::byte> bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

Ending crash() {
  return {.code = 0xc0000005,
          .access = AccessKind::write,
          .accessed = 0x18,
          .address = 0x1012,
          .thread = 0x104,
          .during = "running test.exe",
          .routine = "KeFoo",
          .symbol = "Dispatch+0x14",
          .file = "driver.c",
          .line = 33,
          .irp = 0x4000};
}

TEST_CASE("a trace that was closed gets another end, and keeps its events") {
  const ScratchDir dir;
  const std::string path = dir.path("a.ddt");
  const RandomTrace trace = some_trace();
  write_file(path, trace.bytes);
  TraceReader before = TraceReader::open(path);
  const auto events = read_events(before);
  FooterInfo footer = *before.footer();
  footer.end_reason = EndReason::time_limit;
  footer.ending = crash();
  REQUIRE(close_trace(path, footer));
  TraceReader after = TraceReader::open(path);
  CHECK(after.condition().complete());
  CHECK(read_events(after) == events);
  REQUIRE(after.footer() != nullptr);
  CHECK(after.footer()->end_reason == EndReason::time_limit);
  CHECK(after.footer()->ending == crash());
  CHECK(after.footer()->modules == footer.modules);
  CHECK(after.footer()->events == events.size());
}

TEST_CASE("a trace that was cut within a chunk gets an end behind the last whole one") {
  const ScratchDir dir;
  const std::string path = dir.path("a.ddt");
  const RandomTrace trace = some_trace();
  TraceReader whole = TraceReader::from_bytes(trace.bytes, "whole");
  const ChunkInfo& victim = whole.chunks()[4];
  write_file(path, std::span(trace.bytes).first(victim.offset + sizeof(ChunkHeader) + 8));
  TraceReader cut = TraceReader::open(path);
  const auto events = read_events(cut);
  FooterInfo footer;
  footer.events = events.size();
  footer.end_reason = EndReason::target_crashed;
  footer.imports = {{.module = "X.sys", .name = "KeFoo", .calls = 1, .absent = true, .caller = 9}};
  REQUIRE(close_trace(path, footer));
  TraceReader after = TraceReader::open(path);
  CHECK(read_events(after) == events);
  CHECK(after.condition().recovered);
  CHECK(after.condition().skipped_bytes == 0);
  CHECK(after.footer()->end_reason == EndReason::target_crashed);
  CHECK(after.footer()->imports.at(0).caller == 9);
}

TEST_CASE("a trace with a hole between its chunks is left alone") {
  const ScratchDir dir;
  const std::string path = dir.path("a.ddt");
  RandomTrace trace = some_trace();
  TraceReader whole = TraceReader::from_bytes(trace.bytes, "whole");
  trace.bytes[whole.chunks()[2].offset] ^= std::byte{1};
  trace.bytes.resize(whole.chunks().back().offset);  // no index that could tell of it
  write_file(path, trace.bytes);
  CHECK_FALSE(close_trace(path, {}));
  CHECK(std::filesystem::file_size(path) == trace.bytes.size());
}

}  // namespace
}  // namespace ddireplay::format
