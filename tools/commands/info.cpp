#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "format/text_form.h"
#include "tools/commands/commands.h"
#include "tools/commands/exit_help.h"
#include "tools/output.h"
#include "tools/report/info_text.h"
#include "tools/report/json.h"
#include "tools/report/summary_text.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

constexpr const char* kHelp =
    "Says what a trace is: machine, counts, losses, condition, modules, and which imports of the\n"
    "driver were never reached. Checks every checksum, but reads no events.";

struct Arguments {
  std::string trace;
  bool json = false;
};

ExitStatus info(const Arguments& arguments) {
  format::TraceReader trace = format::open_trace(arguments.trace);
  trace.check_payloads();
  print(arguments.json ? json_text(info_json(trace)) + "\n" : info_text(trace));
  return is_complete(trace) ? ExitStatus::clean : ExitStatus::incomplete;
}

}  // namespace

void add_info_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("info", kHelp);
  command->footer(exit_help({{ExitStatus::clean, "the trace is complete"},
                             {ExitStatus::usage, "wrong usage"},
                             {ExitStatus::incomplete, "it has gaps, or ends early"},
                             {ExitStatus::unreadable, "not a trace, or unreadable"}}));
  command->add_option("TRACE", arguments->trace, "a trace, binary or text")->required();
  command->add_flag("--json", arguments->json, "one JSON object");
  command->callback([arguments, &status] { status = info(*arguments); });
}

}  // namespace ddireplay::tools
