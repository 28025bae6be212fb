#include <fmt/format.h>

#include <memory>
#include <string>

#include "tools/commands/commands.h"
#include "tools/commands/exit_help.h"
#include "tools/debugger/command_table.h"
#include "tools/debugger/console.h"
#include "tools/debugger/session.h"
#include "tools/output.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

constexpr const char* kHelp =
    "Opens a trace as a debugger opens a crash dump: a prompt with the commands of the Windows\n"
    "debuggers, or the commands given with -c. The session stands where the machine would have\n"
    "stopped last: at the last finding, or at the end of the trace.";

struct Arguments {
  std::string trace;
  std::string commands;
  std::string symbol_path;
};

void greet(const Session& session) {
  talk(fmt::format("{}: {}, {}, {}; at #{}. .help lists the commands, q ends.",
                   session.trace().name(), machine_text(session.trace().header()),
                   counted(session.report().events, "event"),
                   counted(session.report().findings.size(), "finding"), session.position()));
}

ExitStatus debug(const Arguments& arguments) {
  Session session(arguments.trace, arguments.symbol_path);
  const bool complete = is_complete(session.trace());
  if (!complete) talk(fmt::format("{}: the trace has gaps; see !analyze -v", arguments.trace));
  if (arguments.commands.empty()) greet(session);
  const ExitStatus status =
      arguments.commands.empty() ? run_prompt(session) : run_script(session, arguments.commands);
  if (status != ExitStatus::clean) return status;
  return complete ? ExitStatus::clean : ExitStatus::incomplete;
}

}  // namespace

void add_debug_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("debug", kHelp);
  command->add_option("TRACE", arguments->trace, "a trace, binary or text")->required();
  command->add_option("-c", arguments->commands,
                      "commands with ; between, instead of a prompt: \"!analyze -v; lm\"");
  command->add_option("--symbols", arguments->symbol_path, "symbol path; default: _NT_SYMBOL_PATH");
  command->footer(exit_help({{ExitStatus::clean, "the trace is complete"},
                             {ExitStatus::usage, "wrong usage, or a command was not understood"},
                             {ExitStatus::incomplete, "the trace has gaps, or ends early"},
                             {ExitStatus::unreadable,
                              "not a trace, or unreadable; or a command was not answered,\n"
                              "because the process with the replay was lost"}}) +
                  "\n\nCommands:\n" + command_help());
  command->callback([arguments, &status] { status = debug(*arguments); });
}

}  // namespace ddireplay::tools
