#include "tests/fuzz/event_list.h"

#include <algorithm>
#include <map>

#include "format/trace_writer.h"

namespace ddireplay::fuzz {

namespace {

using format::Event;

ListedEvent listed(const Event& event) {
  return {.time = event.time,
          .thread = event.thread,
          .values = {event.values, event.values + event.value_count},
          .function = event.function,
          .stack = event.stack,
          .processor = event.processor,
          .irql = event.irql,
          .flags = event.flags};
}

void list_tables(const format::TraceReader& trace, EventList& list) {
  for (format::ModuleId id = 0; id < trace.module_count(); ++id) {
    list.modules.push_back(trace.module(id));
  }
  for (format::FunctionId id = 0; id < trace.function_count(); ++id) {
    const format::Function& function = trace.function(id);
    list.functions.push_back(
        {function.name, function.prototype, function.derived, function.module, function.original});
  }
}

// The stacks of the events, which are numbered anew.
void list_stacks(const format::TraceReader& trace, EventList& list) {
  std::map<format::StackId, format::StackId> numbers;
  for (ListedEvent& event : list.events) {
    if (event.stack == format::kNoStack) continue;
    const auto [known, is_new] =
        numbers.try_emplace(event.stack, static_cast<format::StackId>(list.stacks.size()));
    if (is_new) {
      const auto frames = trace.stack(event.stack);
      list.stacks.emplace_back(frames.begin(), frames.end());
    }
    event.stack = known->second;
  }
}

// Its number of values depends on the moment.
std::size_t value_count(const ListedFunction& function, std::uint8_t flags) {
  const format::Layout layout = format::parse_layout(function.prototype, function.derived);
  return (flags & format::event_flags::exit) != 0 ? layout.field_count : layout.entry_count;
}

class Writing {
 public:
  explicit Writing(const EventList& list) : list_(list), writer_(list.header) {
    for (const format::Module& module : list.modules)
      modules_.push_back(writer_.add_module(module));
    functions_.push_back(format::kGap);
    for (std::size_t i = 1; i < list.functions.size(); ++i) add(list.functions[i]);
    for (const auto& frames : list.stacks) stacks_.push_back(writer_.add_stack(frames));
  }

  void append(const ListedEvent& event) {
    if (event.function == 0) {
      writer_.gap(event.processor, event.values.empty() ? 0 : event.values[0]);
      return;
    }
    std::vector<std::uint64_t> values = event.values;
    values.resize(value_count(list_.functions[event.function], event.flags));
    std::uint64_t& last_time = last_times_[event.processor];
    last_time = std::max(last_time, event.time);
    writer_.append({.time = last_time,
                    .thread = event.thread,
                    .values = values,
                    .function = functions_[event.function],
                    .stack = event.stack == format::kNoStack ? event.stack : stacks_[event.stack],
                    .processor = event.processor,
                    .irql = event.irql,
                    .flags = event.flags});
  }

  std::vector<std::byte> finish() {
    writer_.finish(list_.footer);
    return writer_.take_bytes();
  }

 private:
  void add(const ListedFunction& function) {
    const format::ModuleId module =
        function.module < modules_.size() ? modules_[function.module] : format::kNoModuleId;
    functions_.push_back(writer_.add_function(function.name, function.prototype, function.derived,
                                              module, function.original));
  }

  const EventList& list_;
  format::TraceWriter writer_;
  std::vector<format::ModuleId> modules_;
  std::vector<format::FunctionId> functions_;
  std::vector<format::StackId> stacks_;
  std::map<std::uint16_t, std::uint64_t> last_times_;
};

}  // namespace

EventList list_events(format::TraceReader& trace, std::size_t events_max) {
  EventList list;
  list.header = trace.header();
  if (trace.footer() != nullptr) list.footer = *trace.footer();
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event :
         batch.first(std::min(batch.size(), events_max - list.events.size()))) {
      list.events.push_back(listed(event));
    }
    if (list.events.size() == events_max) break;
  }
  list_tables(trace, list);
  list_stacks(trace, list);
  return list;
}

std::vector<std::byte> to_trace(const EventList& list) {
  Writing writing(list);
  for (const ListedEvent& event : list.events) writing.append(event);
  return writing.finish();
}

}  // namespace ddireplay::fuzz
