#include "replay/reduce/relevance.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>

namespace ddireplay::replay {

namespace {

using format::Event;
using format::Field;
using format::Kind;

// Below, a number is a count or a flag and names nothing, but for handles.
constexpr std::uint64_t kLowestAddress = 0x10000;

bool may_name(const Field& field, std::uint64_t value) {
  switch (field.kind) {
    case Kind::handle:
      return value != 0;
    case Kind::address:
      return value >= kLowestAddress;
    case Kind::integer:
      return (field.width == 0 || field.width == 8) && value >= kLowestAddress;
    default:
      return false;
  }
}

enum Nearness : std::uint8_t { names_object, shares_value, same_thread, before, behind };

class Guess {
 public:
  Guess(const format::TraceReader& trace, const Finding& finding, std::span<const Event> core);
  Nearness of(const Event& event) const;

 private:
  bool is_in_object(std::uint64_t value) const;

  const format::TraceReader& trace_;
  const Finding& finding_;
  std::unordered_set<std::uint64_t> named_;   // by the finding
  std::unordered_set<std::uint64_t> shared_;  // by its core
  std::unordered_set<std::uint64_t> threads_;
};

Guess::Guess(const format::TraceReader& trace, const Finding& finding, std::span<const Event> core)
    : trace_(trace), finding_(finding) {
  for (const std::uint64_t parameter : finding.parameters) {
    if (parameter >= kLowestAddress) named_.insert(parameter);
  }
  for (const Event& event : core) {
    if (event.function == format::kGap) continue;
    threads_.insert(event.thread);
    const format::Layout& layout = trace.function(event.function).layout;
    for (std::size_t i = 0; i < event.value_count; ++i) {
      if (may_name(layout.fields[i], event.values[i])) shared_.insert(event.values[i]);
    }
  }
}

bool Guess::is_in_object(std::uint64_t value) const {
  return std::ranges::any_of(finding_.objects, [value](const FindingObject& object) {
    return object.address != 0 && value - object.address < std::max<std::uint64_t>(object.size, 1);
  });
}

Nearness Guess::of(const Event& event) const {
  if (event.position > finding_.position) return behind;
  if (event.function == format::kGap) return before;
  Nearness nearest = threads_.contains(event.thread) ? same_thread : before;
  const format::Layout& layout = trace_.function(event.function).layout;
  for (std::size_t i = 0; i < event.value_count; ++i) {
    const std::uint64_t value = event.values[i];
    if (!may_name(layout.fields[i], value)) continue;
    if (named_.contains(value) || is_in_object(value)) return names_object;
    if (shared_.contains(value)) nearest = shares_value;
  }
  return nearest;
}

// What makes an object look like another in a report; objects that differ in it may still be alike.
auto look_of(const FindingObject& object) {
  std::vector<std::tuple<Role, format::FunctionId, format::StackId>> steps;
  for (const BiographyEntry& entry : object.biography) {
    steps.emplace_back(entry.role, entry.moment.function, entry.moment.stack);
  }
  return std::tuple(object.kind, object.tag, std::move(steps));
}

}  // namespace

std::vector<Item> core_items(const Finding& finding, const Links& links) {
  std::vector<Item> items = links.structure;
  const auto add = [&](std::uint64_t position) {
    if (position != 0) items.push_back(links.item_at(position));
  };
  add(finding.position);
  std::set<decltype(look_of(finding.objects.front()))> looks;
  for (const FindingObject& object : finding.objects) {
    if (!looks.insert(look_of(object)).second) continue;
    for (const BiographyEntry& entry : object.biography) add(entry.moment.position);
  }
  return links.closure(items);
}

std::vector<Item> by_relevance(format::TraceReader& trace, unsigned threads, const Finding& finding,
                               const Links& links, std::span<const Event> core) {
  const Guess guess(trace, finding, core);
  std::vector<Nearness> nearness;
  nearness.reserve(links.items());
  format::EventSource source(trace, {.threads = threads});
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) nearness.push_back(guess.of(event));
  }
  std::vector<Item> items(nearness.size());
  for (Item item = 0; item < items.size(); ++item) items[item] = item;
  std::ranges::sort(items, [&](Item left, Item right) {
    if (nearness[left] != nearness[right]) return nearness[left] < nearness[right];
    return nearness[left] == behind ? left < right : left > right;
  });
  return items;
}

}  // namespace ddireplay::replay
