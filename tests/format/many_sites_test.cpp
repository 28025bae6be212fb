// More kinds of events in one chunk than the prediction has room to remember.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "format/trace_reader.h"
#include "format/trace_writer.h"

namespace ddireplay::format {
namespace {

constexpr std::uint32_t kStacks = 100'000;
constexpr std::uint64_t kBase = 0xfffff80010000000;

std::array<std::uint64_t, 3> values_of(std::uint32_t number) {
  return {number * 7919ull, kBase + number % 1000 * 16, number % 3};
}

TEST_CASE("a chunk may have more than 64 Ki distinct stacks and sites, each with values") {
  FileHeader header{};
  header.pointer_bytes = 8;
  header.clock_hz = 10'000'000;
  TraceWriter writer(header, {.events_per_chunk = 2 * kStacks, .level = 1});
  const ModuleId module =
      writer.add_module({.name = "Test.sys", .base = kBase, .size = 0x1000000, .is_target = true});
  const FunctionId function = writer.add_function(
      "ExAllocatePoolWithTag", "VOID (PVOID A, PVOID B, ULONG C)", "", module, 0);
  for (std::uint32_t i = 0; i < 2 * kStacks; ++i) {
    const std::array<std::uint64_t, 2> frames = {kBase + i % kStacks, kBase + 0x800000};
    const auto values = values_of(i);
    writer.append({.time = i,
                   .thread = i / 1000,
                   .values = values,
                   .function = function,
                   .stack = writer.add_stack(frames)});
  }
  writer.finish({});
  TraceReader reader = TraceReader::from_bytes(writer.take_bytes(), "many.ddt");
  CHECK(reader.chunks().size() == 2);  // and the footer

  EventSource source(reader);
  std::uint32_t wrong = 0;
  std::uint32_t read = 0;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) {
      const auto values = values_of(read);
      const bool is_right = std::equal(values.begin(), values.end(), event.values) &&
                            event.time == read && event.thread == read / 1000 &&
                            reader.stack(event.stack)[0] == kBase + read % kStacks;
      wrong += is_right ? 0 : 1;
      ++read;
    }
  }
  CHECK(read == 2 * kStacks);
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace ddireplay::format
