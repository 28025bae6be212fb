#include "tools/report/stack_text.h"

#include <algorithm>
#include <vector>

#include "tools/report/append.h"
#include "tools/report/event_text.h"
#include "tools/report/report_view.h"
#include "tools/report/text.h"

namespace ddireplay::tools {

std::string event_stack_text(const format::TraceReader& trace, const format::Event& event,
                             Symbolizer& symbolizer, std::size_t frames_max) {
  const unsigned width = symbolizer.pointer_bytes();
  const std::size_t column = ticked_pointer(0, width).size();
  std::string out;
  append(out, "{}\n", event_text(trace, event, symbolizer));
  append(out, " # {:<{}} Call Site\n", "Address", column);
  unsigned number = 0;
  for (const std::uint64_t address : stack_of(trace, event.stack)) {
    if (number == frames_max) return out;
    const Frame& frame = symbolizer.frame(address);
    append(out, "{:02x} {} {}{}\n", number++, ticked_pointer(address, width),
           frame_name(frame, width), source_suffix(frame));
  }
  if (number == 0) append(out, "No stack was recorded.\n");
  return out;
}

std::string modules_text(Symbolizer& symbolizer, std::string_view pattern) {
  const format::TraceReader& trace = symbolizer.trace();
  const unsigned width = symbolizer.pointer_bytes();
  const std::size_t column = ticked_pointer(0, width).size();
  std::vector<format::ModuleId> ids(trace.module_count());
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<format::ModuleId>(i);
  std::ranges::stable_sort(ids, {}, [&](format::ModuleId id) { return trace.module(id).base; });
  std::string out;
  append(out, "{:<{}} {:<{}}   module name\n", "start", column, "end", column);
  for (const format::ModuleId id : ids) {
    const format::Module& module = trace.module(id);
    const std::string name = module_display_name(module.name);
    if (!matches(name, pattern) && !matches(module.name, pattern)) continue;
    append(out, "{} {}   {:<12} ({})  {}\n", ticked_pointer(module.base, width),
           ticked_pointer(module.base + module.size, width), name, symbolizer.symbols_state(id),
           module.name);
  }
  return out;
}

}  // namespace ddireplay::tools
