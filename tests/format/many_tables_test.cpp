// More different tables of chunks than a reader remembers.
#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "format/chunk_decoder.h"
#include "format/trace_reader.h"
#include "format/trace_writer.h"
#include "tests/format/random_trace.h"

namespace ddireplay::format {
namespace {

constexpr std::size_t kTables = kRecentTables + 10;
constexpr std::uint64_t kChunks = 4 * kTables;  // tables come again when they are forgotten

std::string name_of(std::uint64_t chunk) { return "Routine" + std::to_string(chunk % kTables); }

// Each chunk has one event, and the tables of its function alone.
std::vector<std::byte> make_trace() {
  FileHeader header{};
  header.pointer_bytes = 8;
  header.clock_hz = 10'000'000;
  header.processor_count = 3;
  TraceWriter writer(header, {.events_per_chunk = 1, .level = 1});
  for (std::uint64_t chunk = 0; chunk < kChunks; ++chunk) {
    const FunctionId function =
        writer.add_function(name_of(chunk), "VOID (ULONG A)", "", kNoModuleId, 0);
    const std::array<std::uint64_t, 1> values = {chunk};
    writer.append({.time = chunk,
                   .thread = 1,
                   .values = values,
                   .function = function,
                   .stack = kNoStack,
                   .processor = static_cast<std::uint16_t>(chunk % 3)});
  }
  writer.finish({});
  return writer.take_bytes();
}

TEST_CASE("tables that were forgotten are read again, however many threads decode") {
  const std::vector<std::byte> bytes = make_trace();
  TraceReader reader = TraceReader::from_bytes(bytes, "many.ddt");
  REQUIRE(reader.chunks().size() == kChunks + 1);  // and the footer
  const auto events = test::read_events(reader);
  REQUIRE(events.size() == kChunks);
  for (std::uint64_t i = 0; i < kChunks; ++i) {
    CHECK(events[i].function == name_of(i));
    CHECK(events[i].values == std::vector{i});
  }
  CHECK(reader.function_count() == kTables + 1);  // and the gap
  const auto everything = test::read_everything(reader);
  const unsigned threads = GENERATE(2u, 4u);
  TraceReader other = TraceReader::from_bytes(bytes, "many.ddt");
  CHECK(test::read_everything(other, threads) == everything);
}

}  // namespace
}  // namespace ddireplay::format
