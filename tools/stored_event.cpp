#include "tools/stored_event.h"

#include <cstring>

namespace ddireplay::tools {

StoredEvent::StoredEvent(const format::Event& original)
    : values(original.values, original.values + original.value_count), event(original) {
  event.values = values.data();
}

std::string StoredEvent::packed() const {
  std::string packed(reinterpret_cast<const char*>(&event), sizeof event);
  packed.append(reinterpret_cast<const char*>(values.data()),
                values.size() * sizeof(std::uint64_t));
  return packed;
}

std::unique_ptr<StoredEvent> StoredEvent::unpack(std::string_view packed) {
  format::Event event;
  std::memcpy(&event, packed.data(), sizeof event);
  std::vector<std::uint64_t> values(event.value_count);
  std::memcpy(values.data(), packed.data() + sizeof event, values.size() * sizeof values[0]);
  event.values = values.data();
  return std::make_unique<StoredEvent>(event);
}

std::unique_ptr<StoredEvent> read_event(format::TraceReader& trace, std::uint64_t position) {
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (event.position != position || event.function == format::kGap) continue;
      return std::make_unique<StoredEvent>(event);
    }
  }
  return nullptr;
}

}  // namespace ddireplay::tools
