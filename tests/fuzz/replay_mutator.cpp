// Mutates the events of a trace, not its bytes: their order, values, functions, threads, levels.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string_view>

#include "format/text_form.h"
#include "tests/fuzz/event_list.h"
#include "tests/fuzz/open_any.h"

using namespace ddireplay;
using fuzz::EventList;
using fuzz::ListedEvent;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace {

constexpr std::size_t kEventsMax = 512;

class Mutation {
 public:
  Mutation(EventList& list, unsigned seed) : list_(list), random_(seed) {}

  void happen() {
    using Change = void (Mutation::*)();
    constexpr std::array<Change, 14> kChanges = {
        &Mutation::change_value,  &Mutation::change_value,
        &Mutation::change_value,  &Mutation::remove,
        &Mutation::copy,          &Mutation::copy,
        &Mutation::move,          &Mutation::change_function,
        &Mutation::add_function,  &Mutation::change_flags,
        &Mutation::change_place,  &Mutation::change_stack,
        &Mutation::change_tables, &Mutation::lose};
    for (auto count = 1 + below(4); count > 0; --count) (this->*kChanges[below(kChanges.size())])();
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
  bool has_events() const { return !list_.events.empty(); }
  ListedEvent& any() { return list_.events[below(list_.events.size())]; }

  // One that means something in this trace, or at the edge of what there is.
  std::uint64_t any_value() {
    const ListedEvent& event = any();
    if (below(4) != 0 && !event.values.empty()) return event.values[below(event.values.size())];
    constexpr std::array<std::uint64_t, 8> kEdges = {
        0, 1, 0xfff, 0x1000, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};
    return below(4) == 0 ? std::uint64_t{random_()} << below(40) : kEdges[below(kEdges.size())];
  }

  void change_value() {
    if (!has_events()) return;
    ListedEvent& event = any();
    if (event.values.empty()) return;
    std::uint64_t& value = event.values[below(event.values.size())];
    value = below(3) == 0 ? value + below(33) - 16 : any_value();
  }

  // A few neighbours, as [begin, end).
  std::pair<std::ptrdiff_t, std::ptrdiff_t> any_run() {
    const std::size_t begin = below(list_.events.size());
    const std::size_t end = std::min(list_.events.size(), begin + 1 + below(below(2) ? 3 : 40));
    return {static_cast<std::ptrdiff_t>(begin), static_cast<std::ptrdiff_t>(end)};
  }

  void remove() {
    if (!has_events()) return;
    const auto [begin, end] = any_run();
    list_.events.erase(list_.events.begin() + begin, list_.events.begin() + end);
  }

  void copy() {
    if (!has_events()) return;
    const auto [begin, end] = any_run();
    if (list_.events.size() + static_cast<std::size_t>(end - begin) > kEventsMax) return;
    const std::vector<ListedEvent> copied(list_.events.begin() + begin, list_.events.begin() + end);
    const auto place = static_cast<std::ptrdiff_t>(below(list_.events.size() + 1));
    list_.events.insert(list_.events.begin() + place, copied.begin(), copied.end());
  }

  void move() {
    if (!has_events()) return;
    const auto [begin, end] = any_run();
    const auto first = list_.events.begin() + begin;
    std::rotate(first, first + static_cast<std::ptrdiff_t>(below(end - begin)),
                list_.events.begin() + end);
  }

  void change_function() {
    if (has_events()) any().function = below(list_.functions.size());
  }

  // Any of the table, called by any module, at any place.
  void add_function() {
    if (!has_events() || list_.functions.size() > 200) return;
    const format::DdiTable table = format::ddi_table();
    const format::DdiRow& row = table.rows[below(table.count)];
    list_.functions.push_back({std::string(row.name), std::string(row.prototype),
                               std::string(row.derived),
                               static_cast<format::ModuleId>(below(list_.modules.size() + 1)), 0});
    ListedEvent event = any();
    event.function = list_.functions.size() - 1;
    event.flags = row.when == format::When::entry ? 0 : format::event_flags::exit;
    event.values.resize(format::kMaxFields);
    for (std::uint64_t& value : event.values) value = any_value();
    list_.events.insert(
        list_.events.begin() + static_cast<std::ptrdiff_t>(below(list_.events.size() + 1)), event);
  }

  void change_flags() {
    if (!has_events()) return;
    ListedEvent& event = any();
    event.flags ^= static_cast<std::uint8_t>(below(4) == 0 ? format::event_flags::raised
                                                           : format::event_flags::exit);
    event.values.resize(format::kMaxFields);
  }

  void change_place() {
    if (!has_events()) return;
    ListedEvent& event = any();
    switch (below(4)) {
      case 0:
        event.irql = static_cast<std::uint8_t>(below(4) == 0 ? random_() : below(4));
        break;
      case 1:
        event.thread = below(3) == 0 ? any_value() : any().thread;
        break;
      case 2:
        event.processor = static_cast<std::uint16_t>(below(4));
        break;
      default:
        event.time += below(2) == 0 ? 1 : any_value() >> below(64);
    }
  }

  void change_stack() {
    if (!has_events()) return;
    std::vector<std::uint64_t> frames(below(5));
    for (std::uint64_t& frame : frames) {
      const bool inside = !list_.modules.empty() && below(3) != 0;
      frame =
          inside ? list_.modules[below(list_.modules.size())].base + below(0x2000) : any_value();
    }
    any().stack = static_cast<format::StackId>(list_.stacks.size());
    list_.stacks.push_back(std::move(frames));
  }

  void change_tables() {
    list_.header.pointer_bytes = below(4) == 0 ? 4 : 8;
    list_.header.irql_source = static_cast<format::IrqlSource>(below(4));
    list_.header.host = static_cast<format::Host>(below(4));
    list_.header.clock_hz = below(3) == 0 ? any_clock() : 10'000'000;
    list_.footer.end_reason = static_cast<format::EndReason>(below(14));
    list_.footer.started_attached = below(2) == 0;
    if (list_.modules.empty()) return;
    format::Module& module = list_.modules[below(list_.modules.size())];
    module.is_target = below(2) == 0;
    if (has_events() && below(4) == 0) module.base = any_value();
    if (has_events() && below(4) == 0) module.size = any_value();
  }

  std::uint64_t any_clock() { return has_events() ? any_value() | 1 : 1; }

  void lose() {
    if (!has_events() || list_.functions.empty()) return;
    ListedEvent gap = any();
    gap.function = 0;
    gap.values = {below(3)};
    list_.events.insert(
        list_.events.begin() + static_cast<std::ptrdiff_t>(below(list_.events.size() + 1)), gap);
  }

  EventList& list_;
  std::minstd_rand random_;
};

std::optional<EventList> read_list(const std::uint8_t* data, std::size_t size) {
  try {
    format::TraceReader trace = fuzz::open_any({data, size});
    return fuzz::list_events(trace, kEventsMax);
  } catch (const format::Error&) {
    return std::nullopt;
  }
}

// 0 where the list has no room, or can't be written.
std::size_t write_list(const EventList& list, std::uint8_t* data, std::size_t size_max) {
  try {
    const auto bytes = fuzz::to_trace(list);
    if (bytes.size() > size_max) return 0;
    std::ranges::transform(bytes, data,
                           [](std::byte byte) { return std::to_integer<uint8_t>(byte); });
    return bytes.size();
  } catch (const format::Error&) {
    return 0;
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned seed) {
  auto list = read_list(data, size);
  if (!list) return LLVMFuzzerMutate(data, size, size_max);
  Mutation(*list, seed).happen();
  const std::size_t written = write_list(*list, data, size_max);
  return written != 0 ? written : LLVMFuzzerMutate(data, size, size_max);
}

// The events of one behind those of the other: rules about two calls meet calls of two traces.
extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* left, std::size_t left_size,
                                                 const std::uint8_t* right, std::size_t right_size,
                                                 std::uint8_t* out, std::size_t size_max,
                                                 unsigned seed) {
  auto list = read_list(left, left_size);
  const auto other = read_list(right, right_size);
  if (!list || !other || other->functions.empty() || list->functions.empty()) return 0;
  const std::size_t functions = list->functions.size();
  const auto stacks = static_cast<format::StackId>(list->stacks.size());
  list->functions.insert(list->functions.end(), other->functions.begin() + 1,
                         other->functions.end());
  list->stacks.insert(list->stacks.end(), other->stacks.begin(), other->stacks.end());
  for (ListedEvent event : other->events) {
    if (list->events.size() == kEventsMax) break;
    if (event.function != 0) event.function += functions - 1;
    if (event.stack != format::kNoStack) event.stack += stacks;
    const std::size_t place = list->events.size() - seed % (list->events.size() / 2 + 1);
    list->events.insert(list->events.begin() + static_cast<std::ptrdiff_t>(place), event);
  }
  return write_list(*list, out, size_max);
}
