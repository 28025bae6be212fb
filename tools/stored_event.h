// One event by itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::tools {

// An event that outlives the batch it was read in.
struct StoredEvent {
  explicit StoredEvent(const format::Event& event);
  StoredEvent(const StoredEvent&) = delete;
  StoredEvent& operator=(const StoredEvent&) = delete;

  // For another process, which has read the same trace: ids mean the same there.
  std::string packed() const;
  static std::unique_ptr<StoredEvent> unpack(std::string_view packed);

  std::vector<std::uint64_t> values;
  format::Event event;
};

// The event at a position; nullptr: the trace has none there. Reads the trace from its start.
std::unique_ptr<StoredEvent> read_event(format::TraceReader& trace, std::uint64_t position);

}  // namespace ddireplay::tools
