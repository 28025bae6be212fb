#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "checkers/registry.h"
#include "format/error.h"
#include "format/text_form.h"
#include "replay/replay.h"
#include "tools/commands/commands.h"
#include "tools/commands/exit_help.h"
#include "tools/commands/follow.h"
#include "tools/decoders.h"
#include "tools/output.h"
#include "tools/rule_names.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

constexpr const char* kHelp =
    "Runs the checkers over traces and prints every finding in the layout of !analyze -v.\n"
    "\n"
    "With --json each trace gives one object on a line of its own.";

std::string exit_statuses() {
  return exit_help({{ExitStatus::clean, "no finding"},
                    {ExitStatus::findings, "findings"},
                    {ExitStatus::usage, "wrong usage"},
                    {ExitStatus::incomplete,
                     "the verdict has gaps: the trace is lossy, was recovered or ends early, or "
                     "every finding\n"
                     "is unknown, as events that are missing may explain it"},
                    {ExitStatus::unreadable,
                     "not a trace, or unreadable; the other traces are replayed all the same"}}) +
         "\nOf several traces the highest of these.";
}

struct Arguments {
  std::vector<std::string> traces;
  bool follow = false;
  ReplayArguments replay;
};

ExitStatus replay_one(const std::string& path, const Arguments& arguments) {
  if (arguments.follow) return follow_trace(path, arguments.replay);
  format::TraceReader trace = format::open_trace(path);
  const std::vector<std::unique_ptr<replay::Checker>> checkers = checkers::make_all_checkers();
  replay::ReplayOptions options = arguments.replay.options;
  options.only_report = true;
  replay::Replay replay(trace, checkers, options);
  replay.run();
  return print_report(trace, replay, arguments.replay);
}

// One trace that can't be read does not keep the others from being replayed.
ExitStatus replay_or_say_why(const std::string& path, const Arguments& arguments) {
  try {
    return replay_one(path, arguments);
  } catch (const format::Error& error) {
    if (error.status() != ExitStatus::unreadable) throw;
    flush_output();
    talk(error.what());
    return ExitStatus::unreadable;
  }
}

ExitStatus replay_all(const Arguments& arguments) {
  ExitStatus worst = ExitStatus::clean;
  for (const std::string& path : arguments.traces) {
    if (!arguments.replay.json && path != arguments.traces.front()) print("\n");
    worst = std::max(worst, replay_or_say_why(path, arguments));
  }
  return worst;
}

}  // namespace

void add_replay_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->replay.options.threads = usable_decoders();
  CLI::App* command = app.add_subcommand("replay", kHelp);
  command->footer(exit_statuses());
  command->add_option("TRACE", arguments->traces, "traces, binary or text")->required();
  command->add_flag("--json", arguments->replay.json, "one JSON object per trace");
  command
      ->add_option(
          "--rules", arguments->replay.options.rules,
          "report these only, with commas between: ids or slugs (C4:62), a bug check (C4), "
          "option:NAME, default, all")
      ->delimiter(',')
      ->take_all();
  command->add_option("--symbols", arguments->replay.symbol_path,
                      "symbol path; default: _NT_SYMBOL_PATH");
  command->add_option("--threads", arguments->replay.options.threads, "threads that decode")
      ->check(CLI::Range(1u, kMaxDecoders));
  command->add_flag("--follow", arguments->follow,
                    "a trace that is still being recorded: tell of each finding as it is made");
  command->callback([arguments, &status] {
    if (std::ranges::find(arguments->traces, "") != arguments->traces.end()) {
      throw format::Error("a trace's name is empty", ExitStatus::usage);
    }
    if (arguments->follow && arguments->traces.size() != 1) {
      throw format::Error("--follow takes one trace", ExitStatus::usage);
    }
    std::vector<std::string>& rules = arguments->replay.options.rules;
    rules = rule_names(rules);
    status = replay_all(*arguments);
  });
}

}  // namespace ddireplay::tools
