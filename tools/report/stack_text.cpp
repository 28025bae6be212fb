#include "tools/report/stack_text.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "tools/report/append.h"
#include "tools/report/event_text.h"
#include "tools/report/report_view.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

// As the image has it, which need not be a date: reproducible builds have a hash there.
std::string time_stamp_text(std::uint32_t stamp) {
  if (stamp == 0) return "unavailable (00000000)";
  return fmt::format("{:%a %b %e %H:%M:%S %Y} UTC ({:08X})",
                     fmt::gmtime(static_cast<std::time_t>(stamp)), stamp);
}

void append_details(std::string& out, Symbolizer& symbolizer, format::ModuleId id) {
  const format::Module& module = symbolizer.trace().module(id);
  const auto line = [&](std::string_view title, std::string_view text) {
    append(out, "    {:<17} {}\n", title, text);
  };
  const std::string file = symbolizer.symbols_file(id);
  line("Image name:", module.name);
  line("Recorded:", module.is_target ? "yes" : "no");
  line("Timestamp:", time_stamp_text(module.time_date_stamp));
  line("CheckSum:", fmt::format("{:08X}", module.checksum));
  line("ImageSize:", fmt::format("{:08X}", module.size));
  line("PDB:", pdb_text(module));
  line("Symbols:", file.empty() ? symbolizer.symbols_state(id) : file);
}

}  // namespace

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

std::string modules_text(Symbolizer& symbolizer, std::string_view pattern, ModuleText what) {
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
    if (what == ModuleText::details) append_details(out, symbolizer, id);
  }
  return out;
}

}  // namespace ddireplay::tools
