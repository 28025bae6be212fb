#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "format/freestanding/ddi_table.h"
#include "format/text_form.h"
#include "replay/nearest_name.h"
#include "tools/commands/commands.h"
#include "tools/commands/exit_help.h"
#include "tools/output.h"
#include "tools/position.h"
#include "tools/report/event_text.h"
#include "tools/report/json.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

constexpr const char* kHelp =
    "Prints the events of a trace, one per line: position, time since the start, processor,\n"
    "thread, IRQL, the call with its values, and who made it. -> and <- are the two ends of\n"
    "what is recorded at both.\n"
    "\n"
    "With --json each event gives one object on a line of its own, with its whole stack.";

struct Arguments {
  std::string trace;
  std::string from;
  std::string to;
  std::vector<std::string> ddis;
  std::string thread;
  std::string symbol_path;
  bool json = false;
};

struct Filter {
  std::uint64_t from = 1;
  std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::string> ddis;  // patterns; none: any
  std::optional<std::uint64_t> thread;
};

Filter make_filter(const Arguments& arguments) {
  Filter filter;
  if (!arguments.from.empty()) filter.from = parse_position(arguments.from);
  if (!arguments.to.empty()) filter.to = parse_position(arguments.to);
  if (filter.from > filter.to) {
    throw format::Error(fmt::format("--from {} lies behind --to {}", arguments.from, arguments.to),
                        ExitStatus::usage);
  }
  filter.ddis = arguments.ddis;
  if (!arguments.thread.empty()) filter.thread = parse_thread(arguments.thread);
  return filter;
}

bool matches_any(const std::string& name, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& pattern) { return matches(name, pattern); });
}

// A gap is shown unless one function or thread is asked for: nobody knows what was lost in it.
bool passes(const Filter& filter, const format::TraceReader& trace, const format::Event& event) {
  if (event.position < filter.from || event.position > filter.to) return false;
  if (event.function == format::kGap) return filter.ddis.empty() && !filter.thread;
  if (filter.thread && event.thread != *filter.thread) return false;
  return filter.ddis.empty() || matches_any(trace.function(event.function).name, filter.ddis);
}

struct Printed {
  std::uint64_t last = 0;  // position of the last event that was read
  bool met_thread = false;
};

Printed print_events(format::TraceReader& trace, const Filter& filter, Symbolizer& symbolizer,
                     bool json) {
  Printed printed;
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (event.position > filter.to) return printed;
      printed.last = event.position;
      printed.met_thread |= filter.thread == event.thread && event.function != format::kGap;
      if (!passes(filter, trace, event)) continue;
      print(json ? json_text(event_json(trace, event, symbolizer))
                 : event_text(trace, event, symbolizer));
      print("\n");
    }
  }
  return printed;
}

bool has_function(const format::TraceReader& trace, const std::string& pattern) {
  for (format::FunctionId id = 0; id < trace.function_count(); ++id) {
    if (matches(trace.function(id).name, pattern)) return true;
  }
  return false;
}

// What to try in place of a pattern that has met nothing.
std::string hint(const format::TraceReader& trace, const std::string& pattern) {
  if (has_function(trace, "cb:" + pattern)) {
    return fmt::format("did you mean the callback cb:{}?", pattern);
  }
  replay::NearestName nearest(pattern);
  for (format::FunctionId id = 0; id < trace.function_count(); ++id) {
    if (id != format::kGap) nearest.offer(trace.function(id).name);
  }
  // What was not called may have a name like that of what was.
  const bool is_misspelt = format::find_ddi(pattern) == nullptr && !nearest.found().empty();
  return is_misspelt ? fmt::format("did you mean {}?", nearest.found())
                     : "`ddireplay info` lists the imports";
}

// Says so where a pattern has met nothing: it may be misspelt.
void report_unmet(const format::TraceReader& trace, const Arguments& arguments) {
  for (const std::string& pattern : arguments.ddis) {
    if (has_function(trace, pattern)) continue;
    talk(fmt::format("{}: no event of {} was met; {}", arguments.trace, pattern,
                     hint(trace, pattern)));
  }
}

ExitStatus dump(const Arguments& arguments) {
  const Filter filter = make_filter(arguments);
  format::TraceReader trace = format::open_trace(arguments.trace);
  Symbolizer symbolizer(trace, arguments.symbol_path);
  const Printed printed = print_events(trace, filter, symbolizer, arguments.json);
  if (filter.from > printed.last && !arguments.from.empty()) {
    throw format::Error(fmt::format("{}: --from #{} lies behind the last event, #{}",
                                    arguments.trace, filter.from, printed.last),
                        ExitStatus::usage);
  }
  report_unmet(trace, arguments);
  if (filter.thread && !printed.met_thread) {
    talk(fmt::format("{}: no event of thread {} was met", arguments.trace, arguments.thread));
  }
  return is_complete(trace) ? ExitStatus::clean : ExitStatus::incomplete;
}

}  // namespace

void add_dump_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("dump", kHelp);
  command->footer(exit_help({{ExitStatus::clean, "the trace is complete"},
                             {ExitStatus::usage, "wrong usage"},
                             {ExitStatus::incomplete, "it has gaps, or ends early"},
                             {ExitStatus::unreadable, "not a trace, or unreadable"}}));
  command->add_option("TRACE", arguments->trace, "a trace, binary or text")->required();
  command->add_option("--from", arguments->from, "first position, #N");
  command->add_option("--to", arguments->to, "last position, #N");
  command
      ->add_option("--ddi", arguments->ddis,
                   "events of these functions only: ExFreePool, \"Io*Irp\", \"cb:*\"")
      ->allow_extra_args(false);
  command->add_option("--thread", arguments->thread, "events of this thread only, hexadecimal");
  command->add_option("--symbols", arguments->symbol_path, "symbol path; default: _NT_SYMBOL_PATH");
  command->add_flag("--json", arguments->json, "one JSON object per event");
  command->callback([arguments, &status] { status = dump(*arguments); });
}

}  // namespace ddireplay::tools
