#include "tools/record/recorded_trace.h"

#include "format/freestanding/ddi_table.h"

#include "tools/kmdf.h"

namespace ddireplay::tools::record {
namespace {

// A callback with an event at either moment.
bool begins_and_ends(const format::Function& function) {
  const format::DdiRow* const row = format::find_ddi(function.name);
  return function.is_callback() && row != nullptr && row->when == format::When::both;
}

void add_call(RecordedTrace& recorded, const format::TraceReader& trace,
              const format::Event& event) {
  const format::Function& function = trace.function(event.function);
  CallCount& count = recorded.calls[function.name];
  if (count.calls == 0 && function.module != format::kNoModuleId) {
    count.module = trace.module(function.module).name;
  }
  ++count.calls;
  count.last_thread = event.thread;
  if (begins_and_ends(function)) {
    recorded.inside[event.thread] += event.at_exit() ? -1 : 1;
  }
  if (event.stack == format::kNoStack) return;
  count.last_caller = trace.stack(event.stack).front();
  if (count.first_caller == 0) count.first_caller = count.last_caller;
}

void read_events(RecordedTrace& recorded, format::TraceReader& trace) {
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (event.function == format::kGap) continue;
      ++recorded.events;
      add_call(recorded, trace, event);
    }
  }
}

RecordedTrace examine(format::TraceReader trace) {
  RecordedTrace recorded;
  const format::FooterInfo* footer = trace.footer();
  if (footer) {
    recorded.footer = *footer;
    recorded.end_reason = footer->end_reason;
    recorded.events = footer->events;
    recorded.modules = footer->modules;
    recorded.kmdf = kmdf_text(*footer);
  } else {
    read_events(recorded, trace);
    for (format::ModuleId id = 0; id < trace.module_count(); ++id) {
      recorded.modules.push_back(trace.module(id));
    }
  }
  const format::Condition& condition = trace.condition();
  recorded.lost = condition.lost_events;
  // That a flight recording has lost its beginning was asked for.
  recorded.whole = condition.complete_since_begin();
  recorded.problems = condition.problems;
  if (!footer && recorded.events == 0) recorded.error = "nothing was recorded";
  return recorded;
}

}  // namespace

RecordedTrace examine_trace(const std::filesystem::path& path) {
  try {
    return examine(format::TraceReader::open(path));
  } catch (const format::Error& error) {
    RecordedTrace none;
    none.error = error.what();
    return none;
  }
}

}  // namespace ddireplay::tools::record
