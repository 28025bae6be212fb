#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "checkers/registry.h"
#include "format/error.h"
#include "format/text_form.h"
#include "replay/replay.h"
#include "tools/commands/commands.h"
#include "tools/output.h"
#include "tools/report/analyze_text.h"
#include "tools/report/json.h"
#include "tools/report/summary_text.h"
#include "tools/rule_names.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

constexpr const char* kHelp =
    "Runs the checkers over traces and prints every finding in the layout of !analyze -v.\n"
    "\n"
    "With --json each trace gives one object on a line of its own.\n"
    "\n"
    "Exit status: 4 if a trace can't be read (the others are replayed all the same), else 3 if "
    "one\n"
    "is lossy or was recovered, else 1 if there is a finding, else 0.";

constexpr unsigned kMaxThreads = 64;

struct Arguments {
  std::vector<std::string> traces;
  bool json = false;
  std::string symbol_path;
  replay::ReplayOptions options;
};

ExitStatus status_of(const ReportView& view) {
  if (!is_complete(view.trace)) return ExitStatus::incomplete;
  return view.report.findings.empty() ? ExitStatus::clean : ExitStatus::findings;
}

ExitStatus replay_one(const std::string& path, const Arguments& arguments) {
  format::TraceReader trace = format::open_trace(path);
  const std::vector<std::unique_ptr<replay::Checker>> checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers, arguments.options);
  replay.run();
  Symbolizer symbolizer(trace, arguments.symbol_path);
  const ReportView view{trace, replay.report(), symbolizer};
  print(arguments.json ? report_json(view) + "\n" : analyze_text(view));
  return status_of(view);
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
    if (!arguments.json && path != arguments.traces.front()) print("\n");
    worst = std::max(worst, replay_or_say_why(path, arguments));
  }
  return worst;
}

}  // namespace

void add_replay_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->options.threads = std::clamp(std::thread::hardware_concurrency(), 1u, kMaxThreads);
  CLI::App* command = app.add_subcommand("replay", kHelp);
  command->add_option("TRACE", arguments->traces, "traces, binary or text")->required();
  command->add_flag("--json", arguments->json, "one JSON object per trace");
  command
      ->add_option(
          "--rules", arguments->options.rules,
          "report these only, with commas between: ids or slugs (C4:62), a bug check (C4), "
          "option:NAME, default, all")
      ->delimiter(',')
      ->take_all();
  command->add_option("--symbols", arguments->symbol_path, "symbol path; default: _NT_SYMBOL_PATH");
  command->add_option("--threads", arguments->options.threads, "threads that decode")
      ->check(CLI::Range(1u, kMaxThreads));
  command->callback([arguments, &status] {
    arguments->options.rules = rule_names(arguments->options.rules);
    status = replay_all(*arguments);
  });
}

}  // namespace ddireplay::tools
