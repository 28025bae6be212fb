#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/commands/commands.h"
#include "tools/commands/exit_help.h"
#include "tools/diff/columns.h"
#include "tools/diff/diff_text.h"
#include "tools/output.h"
#include "tools/rule_names.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

constexpr const char* kHelp =
    "Says where two recordings part: the first call that only one of them makes, or makes with\n"
    "other values, with both stacks; then a summary of all, and the findings that only one has.\n"
    "\n"
    "What is compared is what the driver did in each callback. Addresses, handles, times,\n"
    "threads, processors, the order of what runs side by side, sections of images and ranges of\n"
    "RAM don't count. A single target may have another name on the other side; of several the\n"
    "names must agree.";

struct Arguments {
  std::string good;
  std::string bad;
  std::vector<std::string> symbol_paths;
  replay::ReplayOptions options;
  bool json = false;
  diff::DiffTextOptions text;
};

// A symbol's identity tells whose it is: one path serves both sides.
std::string joined(const std::vector<std::string>& paths) {
  std::string all;
  for (const std::string& path : paths) all += (all.empty() ? "" : ";") + path;
  return all;
}

ExitStatus compare(const Arguments& arguments) {
  const std::string symbol_path = joined(arguments.symbol_paths);
  diff::Side good(arguments.good, symbol_path, arguments.options);
  diff::Side bad(arguments.bad, symbol_path, arguments.options);
  diff::Names names;
  const diff::Basis basis = diff::basis_of(good, bad);
  good.normalise(names, basis);
  bad.normalise(names, basis);
  const diff::Comparison comparison = diff::compare(good.recording(), bad.recording(), basis);
  const std::vector<diff::FindingDifference> findings =
      diff::finding_differences(good.trace(), good.report(), bad.trace(), bad.report());
  const diff::DiffView view{good, bad, names, basis, comparison, findings};
  const auto write = [](std::string_view text) { print(text); };
  if (arguments.json) {
    diff::write_diff_json(view, arguments.text.all, write);
  } else {
    diff::write_diff_text(view, arguments.text, write);
  }
  if (!view.is_complete()) return ExitStatus::incomplete;
  return view.same() ? ExitStatus::clean : ExitStatus::findings;
}

}  // namespace

void add_diff_command(CLI::App& app, ExitStatus& status) {
  constexpr unsigned kLeastWidth = 40;
  constexpr unsigned kMostWidth = 1000;
  const auto arguments = std::make_shared<Arguments>();
  arguments->text.width = diff::output_width();
  CLI::App* command = app.add_subcommand("diff", kHelp);
  command->footer(exit_help({{ExitStatus::clean, "they are the same"},
                             {ExitStatus::findings, "they differ"},
                             {ExitStatus::usage, "wrong usage"},
                             {ExitStatus::incomplete,
                              "a trace is lossy, was recovered, ends early or is a part of a\n"
                              "recording: what differs may be what is missing"},
                             {ExitStatus::unreadable, "a trace can't be read"}}));
  command->add_option("GOOD", arguments->good, "a trace, binary or text")->required();
  command->add_option("BAD", arguments->bad, "the trace to be compared with it")->required();
  command->add_flag("--all", arguments->text.all, "every divergence, not only the first");
  command->add_flag("--json", arguments->json, "one JSON object");
  command
      ->add_option("--symbols", arguments->symbol_paths,
                   "symbol path, of both; may be given twice; default: _NT_SYMBOL_PATH")
      ->allow_extra_args(false);
  command
      ->add_option("--rules", arguments->options.rules,
                   "compare findings of these only, as in `replay`")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--width", arguments->text.width,
                   "characters in a line; default: the terminal's, else 120")
      ->check(CLI::Range(kLeastWidth, kMostWidth));
  command->callback([arguments, &status] {
    arguments->options.rules = rule_names(arguments->options.rules);
    status = compare(*arguments);
  });
}

}  // namespace ddireplay::tools
