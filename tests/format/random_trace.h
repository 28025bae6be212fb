// Random traces, the same for the same seed, and what of a trace is compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "format/trace_reader.h"
#include "format/trace_writer.h"

namespace ddireplay::format::test {

// An event with all that it refers to: equal for equal contents, whatever the ids.
struct PlainEvent {
  std::uint64_t time = 0;
  std::uint16_t processor = 0;
  std::uint64_t thread = 0;
  std::string function;
  std::string module;
  std::vector<std::uint64_t> values;
  std::vector<std::uint64_t> stack;
  std::uint8_t irql = 0;
  std::uint8_t flags = 0;

  bool operator==(const PlainEvent&) const = default;
};

struct RandomTraceOptions {
  std::uint32_t seed = 1;
  unsigned processors = 3;
  std::size_t events = 2000;
  std::uint32_t events_per_chunk = 100;
  bool with_gaps = false;
  bool with_symbols = false;
};

struct RandomTrace {
  std::vector<std::byte> bytes;
  std::vector<PlainEvent> events;  // in merged order
};

RandomTrace make_random_trace(const RandomTraceOptions& options);

// All events of a trace but its gaps, in the order in which they are read.
std::vector<PlainEvent> read_events(TraceReader& reader, unsigned threads = 1);

// Those and the gaps, ids and positions included, one line each.
std::vector<std::string> read_everything(TraceReader& reader, unsigned threads = 1);

}  // namespace ddireplay::format::test
