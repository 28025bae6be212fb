#include "tools/commands/bisect.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "replay/replay.h"
#include "tools/bisect/builds.h"
#include "tools/bisect/inevitable_text.h"
#include "tools/bisect/search_text.h"
#include "tools/commands/exit_help.h"
#include "tools/corpus/crash_note.h"
#include "tools/corpus/workers.h"
#include "tools/decoders.h"
#include "tools/output.h"
#include "tools/report/json.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"
#include "tools/rule_names.h"
#include "tools/stored_event.h"

namespace ddireplay::tools {
namespace {

using bisect::BuildVerdict;
using bisect::SearchEnd;
using format::ExitStatus;

constexpr unsigned kMaxThreads = 1024;

constexpr const char* kHelp =
    "One trace: names the event that made a finding inevitable, and what that is based on.\n"
    "A directory of builds, or several builds: names the first one that has a finding.\n"
    "\n"
    "A build is a trace or a directory of traces. Builds are taken in natural order of their "
    "names\n"
    "(1.9, 1.10-rc1, 1.10); the first must be good and the last bad.";

struct Arguments {
  std::vector<std::string> paths;
  std::string finding;
  bool json = false;
  bool bisect_run = false;
  bool as_given = false;
  std::string symbol_path;
  bisect::JudgeOptions judge;
};

// ---- One trace.

// The first of each fingerprint, as far as a line holds them.
std::string known_findings(const std::vector<const replay::Finding*>& findings) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> known;
  for (const replay::Finding* finding : findings) {
    const std::string fingerprint = fingerprint_text(finding->fingerprint);
    const auto is_it = [&](const std::string& one) { return one.starts_with(fingerprint); };
    if (std::ranges::any_of(known, is_it)) continue;
    known.push_back(
        fmt::format("{} ({} at #{})", fingerprint, finding->rule->id(), finding->position));
  }
  const std::size_t more = known.size() - std::min(known.size(), kShown);
  known.resize(known.size() - more);
  std::string text = fmt::format("{}", fmt::join(known, ", "));
  if (more != 0) text += fmt::format(" and {} more", more);
  return text;
}

const replay::Finding& chosen_finding(const replay::Report& report, const Arguments& arguments) {
  std::vector<const replay::Finding*> matching;
  for (const replay::Finding& finding : report.findings) {
    if (is_wanted(arguments.judge.wanted, finding.fingerprint)) matching.push_back(&finding);
  }
  const std::string& trace = arguments.paths.front();
  const auto is_the_same = [&](const replay::Finding* finding) {
    return finding->fingerprint == matching.front()->fingerprint;
  };
  if (!matching.empty() && std::ranges::all_of(matching, is_the_same)) {
    if (matching.size() > 1) {
      talk(fmt::format("{}: {} of this fingerprint; this is the first of them, at #{}", trace,
                       counted(matching.size(), "finding"), matching.front()->position));
    }
    return *matching.front();
  }
  if (!matching.empty()) {
    throw format::Error(
        fmt::format("{}: {} that --finding could mean: {}; give more of one's "
                    "fingerprint",
                    trace, counted(matching.size(), "finding"), known_findings(matching)),
        ExitStatus::usage);
  }
  throw format::Error(
      fmt::format(
          "{}: no {}; `ddireplay replay {}` shows what there is", trace,
          arguments.finding.empty() ? "finding" : fmt::format("finding {}", arguments.finding),
          trace),
      ExitStatus::usage);
}

ExitStatus bisect_trace(const Arguments& arguments) {
  const corpus::TraceInPlay in_play(arguments.paths.front());
  format::TraceReader trace = format::open_trace(arguments.paths.front());
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers,
                        {.threads = usable_decoders(),
                         .rules = rules_to_replay(arguments.judge.wanted, arguments.judge.rules),
                         .only_report = true});
  replay.run();
  const replay::Finding& finding = chosen_finding(replay.report(), arguments);
  const bisect::Inevitable inevitable = bisect::find_inevitable(trace, finding);
  const std::unique_ptr<StoredEvent> event = read_event(trace, inevitable.position);
  if (event == nullptr) {
    throw format::Error(fmt::format("{}: the event #{} can't be read a second time", trace.name(),
                                    inevitable.position));
  }
  Symbolizer symbolizer(trace, arguments.symbol_path);
  if (arguments.json) {
    print(json_text(inevitable_json(inevitable, finding, event->event, symbolizer)) + "\n");
  } else {
    print(inevitable_text(inevitable, finding, event->event, symbolizer));
  }
  return is_complete(trace) ? ExitStatus::clean : ExitStatus::incomplete;
}

// ---- Many builds.

bool is_directory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

ExitStatus status_of(SearchEnd end) {
  switch (end) {
    case SearchEnd::named:
      return ExitStatus::clean;
    case SearchEnd::narrowed:
      return ExitStatus::incomplete;
    case SearchEnd::none_judged:
      return ExitStatus::unreadable;
    case SearchEnd::bad_at_once:
    case SearchEnd::never_bad:
      break;
  }
  return ExitStatus::usage;
}

std::vector<bisect::Build> builds_to_search(const Arguments& arguments) {
  const bool is_one_directory = arguments.paths.size() == 1;
  std::vector<bisect::Build> builds = is_one_directory
                                          ? bisect::builds_in(arguments.paths.front())
                                          : bisect::builds_of(arguments.paths, arguments.as_given);
  if (builds.size() < 2) {
    throw format::Error(fmt::format("{}: {} to search; two are needed at least, a good one and a "
                                    "bad one",
                                    arguments.paths.front(), counted(builds.size(), "build")),
                        ExitStatus::usage);
  }
  return builds;
}

ExitStatus bisect_builds(const Arguments& arguments) {
  bisect::BuildSearch search;
  search.builds = builds_to_search(arguments);
  search.sought = arguments.finding;
  search.search = bisect::find_first_bad(search.builds.size(), [&](std::size_t build) {
    search.judgements.push_back(bisect::judge_build(search.builds[build], arguments.judge));
    if (!arguments.json) {
      print(log_line(search.judgements.back()));
      flush_output();
    }
    return search.judgements.back().verdict;
  });
  print(arguments.json ? search_json(search) + "\n" : search_text(search));
  const std::string trouble = why_no_result(search);
  if (!trouble.empty()) talk(trouble);
  return status_of(search.search.end);
}

ExitStatus judge_for_git(const Arguments& arguments) {
  const bisect::Judgement judgement =
      bisect::judge_build(bisect::one_build(arguments.paths), arguments.judge);
  print(log_line(judgement));
  switch (judgement.verdict) {
    case BuildVerdict::good:
      return ExitStatus::clean;
    case BuildVerdict::bad:
      return ExitStatus::findings;
    case BuildVerdict::skip:
      break;
  }
  return ExitStatus::unreadable;
}

ExitStatus bisect_all(Arguments& arguments) {
  arguments.judge.rules = rule_names(arguments.judge.rules);
  arguments.judge.wanted = wanted_finding(arguments.finding);
  corpus::name_trace_in_crash();
  if (arguments.bisect_run) return judge_for_git(arguments);
  const bool is_trace = arguments.paths.size() == 1 && !is_directory(arguments.paths.front());
  return is_trace ? bisect_trace(arguments) : bisect_builds(arguments);
}

}  // namespace

bool is_bisect_run(int argc, char** argv) {
  return argc > 1 && std::string_view(argv[1]) == "bisect" &&
         std::any_of(argv + 2, argv + argc,
                     [](const char* word) { return std::string_view(word) == "--bisect-run"; });
}

void add_bisect_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->judge.rules = {"default"};
  CLI::App* command = app.add_subcommand("bisect", kHelp);
  command->footer(
      exit_help({{ExitStatus::clean, "the event, or the build, is named"},
                 {ExitStatus::usage,
                  "wrong usage; or there is no such finding, the first build is bad already, or "
                  "the\nlast one isn't"},
                 {ExitStatus::incomplete,
                  "the trace has gaps; or builds that can't be judged leave a range"},
                 {ExitStatus::unreadable, "nothing can be read"}}) +
      "\nWith --bisect-run: 0 good, 1 bad, 125 can't be judged, and nothing else.");
  command
      ->add_option("PATH", arguments->paths,
                   "one trace; or a directory of builds; or builds: traces, directories of traces")
      ->required();
  command->add_option("--finding", arguments->finding,
                      "the first digits of a fingerprint, four at least; or a rule: C4:62, a slug. "
                      "Default: the only finding; of builds: any");
  command
      ->add_option("--rules", arguments->judge.rules,
                   "look for findings of these only, as `ddireplay replay` takes them")
      ->delimiter(',')
      ->take_all();
  command->add_flag("--json", arguments->json, "the whole answer as one JSON object");
  command->add_flag("--bisect-run", arguments->bisect_run, "judges one build, for `git bisect run`")
      ->excludes("--json");
  command->add_flag("--as-given", arguments->as_given, "builds in the order given");
  command
      ->add_option("--confirm", arguments->judge.confirm,
                   "of a defect that does not always show: a build is good only if so many of its "
                   "traces are whole and lack the finding")
      ->check(CLI::Range(1u, 1000000u));
  command->add_option("--symbols", arguments->symbol_path, "symbol path; default: _NT_SYMBOL_PATH");
  command
      ->add_option("--threads", arguments->judge.threads,
                   "traces of a build that are replayed at once; default: 1, which takes the "
                   "fewest replays")
      ->check(CLI::Range(1u, kMaxThreads));
  command->callback([arguments, &status] { status = bisect_all(*arguments); });
}

}  // namespace ddireplay::tools
