#include "tools/record/recorded_trace.h"

#include <fmt/format.h>

#include "tools/kmdf.h"

namespace ddireplay::tools::record {
namespace {

std::uint64_t count_events(format::TraceReader& trace) {
  format::EventSource source(trace);
  std::uint64_t count = 0;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) count += event.function != format::kGap;
  }
  return count;
}

RecordedTrace examine(format::TraceReader trace) {
  RecordedTrace recorded;
  const format::FooterInfo* footer = trace.footer();
  if (footer) {
    recorded.end_reason = footer->end_reason;
    recorded.kmdf = kmdf_text(*footer);
  }
  recorded.events = footer ? footer->events : count_events(trace);
  const format::Condition& condition = trace.condition();
  recorded.lost = condition.lost_events;
  recorded.whole = condition.complete();
  recorded.problems = condition.problems;
  for (format::ModuleId id = 0; id < trace.module_count(); ++id) {
    recorded.modules.push_back(trace.module(id));
  }
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

std::optional<std::string> place_of(const RecordedTrace& trace, std::uint64_t address) {
  for (const format::Module& module : trace.modules) {
    if (module.contains(address))
      return fmt::format("{}+0x{:x}", module.name, address - module.base);
  }
  return std::nullopt;
}

}  // namespace ddireplay::tools::record
