#include "tools/report/event_text.h"

#include <nlohmann/json.hpp>

#include "tools/report/append.h"
#include "tools/report/json.h"
#include "tools/report/report_view.h"
#include "tools/report/text.h"
#include "tools/report/value_text.h"

namespace ddireplay::tools {
namespace {

using Json = nlohmann::ordered_json;

bool is_gap(const format::Event& event) { return event.function == format::kGap; }

double seconds_since_start(const format::FileHeader& header, std::uint64_t time) {
  const auto ticks = static_cast<std::int64_t>(time - header.start_clock);
  return static_cast<double>(ticks) / static_cast<double>(header.clock_hz);
}

bool has_value(const format::Layout& layout, const format::Event& event, int field) {
  return field < event.value_count && field < layout.field_count;
}

// Arguments, then in braces what was read in memory, then the result.
void append_call(std::string& out, const format::TraceReader& trace, const format::Event& event) {
  const format::Function& function = trace.function(event.function);
  const format::Layout& layout = function.layout;
  const unsigned pointer_bytes = trace.header().pointer_bytes;
  std::string arguments;
  std::string read;
  std::string result;
  for (int i = 0; has_value(layout, event, i); ++i) {
    const format::Field& field = layout.fields[i];
    const std::string value = value_text(field, event.values[i], pointer_bytes);
    if (field.source == format::Source::result) {
      result = " = " + value;
      continue;
    }
    std::string& list = field.source == format::Source::argument ? arguments : read;
    append(list, "{}{}={}", list.empty() ? "" : ", ", field.name, value);
  }
  append(out, "{}({})", function.name, arguments);
  if (!read.empty()) append(out, " {{{}}}", read);
  out += event.raised() ? " raised an exception" : result;
}

bool has_several_targets(const format::TraceReader& trace) {
  int targets = 0;
  if (trace.footer() != nullptr) {
    for (const format::Module& module : trace.footer()->modules) targets += module.is_target;
  } else {
    for (format::ModuleId id = 0; id < trace.module_count(); ++id) {
      targets += trace.module(id).is_target;
    }
  }
  return targets > 1;
}

// "MyDriver"; empty for what no driver did.
std::string driver_name(const format::TraceReader& trace, const format::Event& event) {
  const format::ModuleId driver = trace.function(event.function).module;
  if (driver == format::kNoModuleId) return "";
  return module_display_name(trace.module(driver).name);
}

// Of a function that is recorded at both ends an arrow says which one it is.
std::string_view direction(const format::TraceReader& trace, const format::Event& event) {
  const format::DdiRow* row = format::find_ddi(trace.function(event.function).name);
  if (row == nullptr || row->when != format::When::both) return "";
  return event.at_exit() ? "<- " : "-> ";
}

void append_caller(std::string& out, const format::TraceReader& trace, const format::Event& event,
                   Symbolizer& symbolizer) {
  const format::ModuleId driver = trace.function(event.function).module;
  const std::uint64_t caller = caller_in(trace, event.stack, driver);
  if (caller == 0) return;
  append(out, "  from {}", frame_name(symbolizer.frame(caller), symbolizer.pointer_bytes()));
}

Json values_json(const format::TraceReader& trace, const format::Event& event) {
  const format::Layout& layout = trace.function(event.function).layout;
  Json values = Json::object();
  for (int i = 0; has_value(layout, event, i); ++i) {
    values[std::string(layout.fields[i].name)] =
        value_text(layout.fields[i], event.values[i], trace.header().pointer_bytes);
  }
  return values;
}

}  // namespace

std::string event_text(const format::TraceReader& trace, const format::Event& event,
                       Symbolizer& symbolizer) {
  if (is_gap(event)) {
    const std::string lost =
        event.values[0] == 0 ? "an unknown number of events" : counted(event.values[0], "event");
    return fmt::format("-- {} lost on cpu {} before #{}", lost, event.processor, event.position);
  }
  std::string out;
  append(out, "#{:<6} {:.6f} s  cpu {}  {}  irql {}  {}", event.position,
         seconds_since_start(trace.header(), event.time), event.processor,
         thread_text(event.thread, trace.header().pointer_bytes),
         event.irql == format::kIrqlUnknown ? "?" : std::to_string(event.irql),
         direction(trace, event));
  const std::string driver = driver_name(trace, event);
  if (!driver.empty() && has_several_targets(trace)) append(out, "[{}] ", driver);
  append_call(out, trace, event);
  append_caller(out, trace, event, symbolizer);
  return out;
}

Json event_json(const format::TraceReader& trace, const format::Event& event,
                Symbolizer& symbolizer) {
  if (is_gap(event)) {
    return Json{
        {"position", event.position}, {"processor", event.processor}, {"lost", event.values[0]}};
  }
  return Json{
      {"position", event.position},
      {"time", event.time},
      {"seconds", seconds_since_start(trace.header(), event.time)},
      {"processor", event.processor},
      {"thread", fmt::format("{:#x}", event.thread)},
      {"irql", event.irql == format::kIrqlUnknown ? Json() : Json(event.irql)},
      {"driver", driver_name(trace, event)},
      {"function", trace.function(event.function).name},
      {"at", event.at_exit() ? "exit" : "entry"},
      {"raised", event.raised()},
      {"values", values_json(trace, event)},
      {"stack", stack_json(symbolizer, trace, event.stack)},
  };
}

}  // namespace ddireplay::tools
