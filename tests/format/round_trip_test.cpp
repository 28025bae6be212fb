// What is written is what is read.
#include <catch2/catch.hpp>
#include <map>
#include <memory>

#include "format/chunk_decoder.h"
#include "tests/format/random_trace.h"

namespace ddireplay::format {
namespace {

using test::make_random_trace;
using test::RandomTrace;
using test::read_events;
using test::read_everything;

TraceReader reader_of(const RandomTrace& trace) {
  return TraceReader::from_bytes(trace.bytes, "random.ddt");
}

TEST_CASE("random traces come back event by event") {
  const auto seed = GENERATE(range(1u, 21u));
  const RandomTrace trace = make_random_trace(
      {.seed = seed, .processors = 1 + seed % 5, .events_per_chunk = 1 + seed * 37});
  TraceReader reader = reader_of(trace);
  CHECK(read_events(reader) == trace.events);
  CHECK(reader.condition().complete());
  CHECK(reader.condition().problems.empty());
  REQUIRE(reader.footer() != nullptr);
  CHECK(reader.footer()->events == trace.events.size());
}

TEST_CASE("the number of threads changes nothing") {
  const auto seed = GENERATE(range(1u, 6u));
  const RandomTrace trace = make_random_trace(
      {.seed = seed, .processors = 4, .events = 20'000, .events_per_chunk = 64, .with_gaps = true});
  TraceReader alone = reader_of(trace);
  const auto expected = read_everything(alone, 1);
  for (const unsigned threads : {2u, 4u}) {
    TraceReader reader = reader_of(trace);
    CHECK(read_everything(reader, threads) == expected);
    CHECK(reader.condition().problems == alone.condition().problems);
  }
}

TEST_CASE("a second pass over the same reader gives the same ids") {
  const RandomTrace trace = make_random_trace({.seed = 3, .with_gaps = true});
  TraceReader reader = reader_of(trace);
  const auto first = read_everything(reader, 2);
  CHECK(read_everything(reader, 1) == first);
}

TEST_CASE("a source may be given up at any time") {
  const RandomTrace trace = make_random_trace({.seed = 4, .events = 20'000});
  TraceReader reader = reader_of(trace);
  EventSource source(reader, {.threads = 4});
  CHECK_FALSE(source.next().empty());
}

TEST_CASE("a trace without events is a trace") {
  FileHeader header{};
  header.pointer_bytes = 4;
  header.clock_hz = 10'000'000;
  TraceWriter writer(header);
  FooterInfo footer;
  footer.notices = {"nothing happened"};
  writer.finish(footer);
  TraceReader reader = TraceReader::from_bytes(writer.take_bytes(), "empty.ddt");
  CHECK(read_events(reader).empty());
  CHECK(reader.condition().complete());
  CHECK(reader.footer()->notices.front() == "nothing happened");
}

TEST_CASE("symbols come back sorted, with the files that they need") {
  const RandomTrace trace = make_random_trace({.with_symbols = true});
  TraceReader reader = reader_of(trace);
  REQUIRE(reader.symbols().size() == 2);
  const ModuleSymbols& symbols = reader.symbols()[0];
  CHECK(symbols.symbols.front() == SymbolRow{0x1010, 0, "operator new(unsigned long)"});
  CHECK(symbols.files == std::vector<std::string>{"d:\\coding\\100%\\handleioctl.c"});
  CHECK(symbols.lines == std::vector<LineRow>{{0x1660, 0, 38}, {0x16a8, 0, 50}});
}

TEST_CASE("the same stack, module or function has the same id in every chunk") {
  const RandomTrace trace = make_random_trace({.events = 5000, .events_per_chunk = 50});
  TraceReader reader = reader_of(trace);
  read_events(reader, 1);
  CHECK(reader.module_count() == 2);
  CHECK(reader.function_count() == 1 + 8);  // and the gap
}

TEST_CASE("chunks with the same tables share them") {
  const RandomTrace trace =
      make_random_trace({.processors = 2, .events = 2000, .events_per_chunk = 100});
  const TraceReader reader = TraceReader::from_bytes(trace.bytes, "random.ddt");
  ChunkDecoder decoder;
  std::map<std::vector<std::byte>, const DecodedTables*> seen;
  std::vector<std::shared_ptr<const DecodedTables>> kept;
  std::size_t chunks = 0;
  for (const ChunkInfo& info : reader.chunks()) {
    if (info.header.kind != ChunkKind::events) continue;
    DecodedChunk chunk;
    decoder.decode(trace.bytes, info, chunk);
    REQUIRE(chunk.problem.empty());
    kept.push_back(chunk.tables);
    const auto [first, is_new] = seen.try_emplace(chunk.tables->frame, chunk.tables.get());
    CHECK(first->second == chunk.tables.get());
    ++chunks;
  }
  CHECK(seen.size() < chunks);
}

}  // namespace
}  // namespace ddireplay::format
