#include "replay/reduce/item_store.h"

#include <algorithm>

namespace ddireplay::replay {

namespace {

constexpr std::size_t kValuesPerBlock = 1u << 16;

}  // namespace

void ItemStore::load(std::span<const Item> items) {
  items_.assign(items.begin(), items.end());
  events_.clear();
  events_.reserve(items.size());
  values_.clear();
  format::EventSource source(trace_, {.threads = threads_});
  auto wanted = items_.begin();
  Item item = 0;
  for (auto batch = source.next(); !batch.empty() && wanted != items_.end();
       batch = source.next()) {
    for (const format::Event& event : batch) {
      if (wanted == items_.end()) break;
      if (item++ != *wanted) continue;
      ++wanted;
      events_.push_back(event);
      events_.back().values = keep(event);
    }
  }
}

// Blocks never grow beyond what they have reserved, so that their values stay where they are.
const std::uint64_t* ItemStore::keep(const format::Event& event) {
  if (values_.empty() || values_.back().capacity() - values_.back().size() < event.value_count) {
    values_.emplace_back().reserve(kValuesPerBlock);
  }
  std::vector<std::uint64_t>& block = values_.back();
  block.insert(block.end(), event.values, event.values + event.value_count);
  return block.data() + block.size() - event.value_count;
}

void ItemStore::copy(std::span<const Item> items, std::vector<format::Event>& events) const {
  auto place = items_.begin();
  for (const Item item : items) {
    place = std::lower_bound(place, items_.end(), item);
    events.push_back(events_.at(static_cast<std::size_t>(place - items_.begin())));
  }
}

}  // namespace ddireplay::replay
