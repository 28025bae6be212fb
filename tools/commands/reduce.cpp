#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "replay/replay.h"
#include "tools/commands/commands.h"
#include "tools/commands/exit_help.h"
#include "tools/commands/output_name.h"
#include "tools/decoders.h"
#include "tools/output.h"
#include "tools/reduced_trace.h"
#include "tools/report/text.h"
#include "tools/trace_output.h"
#include "tools/wanted_finding.h"

namespace ddireplay::tools {
namespace {

using format::Error;
using format::ExitStatus;
using replay::Finding;

constexpr const char* kHelp =
    "Makes a trace of the few events that one finding needs: the same finding, with the same\n"
    "fingerprint, and nothing that could be left out. OUT is binary, or text if its name ends in\n"
    ".txt; it has been replayed before it gets its name.";

struct Arguments {
  std::string trace;
  std::string finding;
  std::string out;
  unsigned threads = 1;
};

replay::Report replay_of(format::TraceReader& trace, unsigned threads,
                         const std::vector<std::string>& rules) {
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers, {.threads = threads, .rules = rules, .only_report = true});
  replay.run();
  return replay.report();
}

std::vector<const Finding*> matching(const std::vector<const Finding*>& findings,
                                     const Wanted& wanted) {
  std::vector<const Finding*> matches;
  std::ranges::copy_if(findings, std::back_inserter(matches), [&](const Finding* finding) {
    return is_wanted(wanted, finding->fingerprint);
  });
  return matches;
}

std::string list_of(const std::vector<const Finding*>& findings) {
  std::string text;
  for (const Finding* finding : findings) {
    text +=
        fmt::format("{}{} ({} at #{})", text.empty() ? " " : ", ",
                    fingerprint_text(finding->fingerprint), finding->rule->id(), finding->position);
  }
  return text;
}

// The one that is meant. Throws Error, which lists those that there are.
const Finding& chosen(const std::vector<const Finding*>& findings, const Wanted& wanted,
                      const Arguments& arguments) {
  if (findings.empty()) {
    throw Error(fmt::format("{}: there is no finding{} to reduce it to", arguments.trace,
                            wanted.rules.empty() ? "" : " " + arguments.finding),
                ExitStatus::usage);
  }
  if (wanted.any()) {
    if (findings.size() == 1) return *findings.front();
    throw Error(fmt::format("{}: has {} findings; name one with --finding:{}", arguments.trace,
                            findings.size(), list_of(findings)),
                ExitStatus::usage);
  }
  const auto matches = matching(findings, wanted);
  if (matches.size() == 1) return *matches.front();
  if (matches.empty()) {
    throw Error(fmt::format("{}: has no finding {}; it has:{}", arguments.trace, arguments.finding,
                            list_of(findings)),
                ExitStatus::usage);
  }
  throw Error(fmt::format("{}: {} may be any of these; name one by its fingerprint:{}",
                          arguments.trace, arguments.finding, list_of(matches)),
              ExitStatus::usage);
}

// What rules that are not armed by default find counts only where it is asked for.
replay::Report report_of(format::TraceReader& trace, const Wanted& wanted, unsigned threads) {
  replay::Report report = replay_of(trace, threads, rules_to_replay(wanted, {"default"}));
  const auto has_it = [&](const replay::Report& some) {
    return !matching(distinct_findings(some), wanted).empty();
  };
  if (wanted.fingerprint.empty() || has_it(report)) return report;
  replay::Report all = replay_of(trace, threads, {"all"});
  return has_it(all) ? all : report;
}

// A line on a terminal that is written over; nothing of what is done at once, or elsewhere.
class Progress {
 public:
  ~Progress() {
    if (is_shown_) fmt::print(stderr, "\r\x1b[K");
  }

  void operator()(std::size_t events, std::size_t trials) {
    const auto now = Clock::now();
    if (!is_terminal_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(200);
    is_shown_ = true;
    fmt::print(stderr, "\r\x1b[Kddireplay: {} events under trial, {} trials", events, trials);
    std::fflush(stderr);
  }

 private:
  using Clock = std::chrono::steady_clock;
  const bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
  bool is_shown_ = false;
};

std::string positions_text(const std::vector<std::uint64_t>& positions) {
  constexpr std::size_t kShown = 16;
  std::string text;
  for (std::size_t i = 0; i < std::min(positions.size(), kShown); ++i) {
    text += fmt::format(" #{}", positions[i]);
  }
  return positions.size() > kShown ? text + " ..." : text;
}

void refuse_reduced(const format::TraceReader& trace, const Finding& finding) {
  const format::Derivation* const derivation = trace.derivation();
  const bool is_of_other = derivation != nullptr && derivation->finding != 0 &&
                           derivation->finding != finding.fingerprint;
  if (!is_of_other) return;
  throw Error(fmt::format("{}: was reduced to finding {}, and proves no other; reduce the "
                          "recording that it was made of",
                          trace.name(), fingerprint_text(derivation->finding)),
              ExitStatus::usage);
}

ExitStatus reduce(const Arguments& arguments) {
  if (arguments.out == "-") {
    throw Error("a reduced trace is not written to standard output: give OUT a name",
                ExitStatus::usage);
  }
  refuse_to_replace(arguments.trace, arguments.out);
  format::TraceReader trace = format::open_trace(arguments.trace);
  const Wanted wanted = wanted_finding(arguments.finding);
  const replay::Report report = report_of(trace, wanted, arguments.threads);
  const Finding& finding = chosen(distinct_findings(report), wanted, arguments);
  refuse_reduced(trace, finding);
  Progress progress;
  replay::Reduction reduction = reduce_and_verify(
      trace, finding, {.threads = arguments.threads, .progress = std::ref(progress)},
      arguments.out);
  write_trace(std::move(reduction.trace), arguments.out);
  talk(fmt::format("{}: {} of {} events show {} (finding {}):{}", arguments.out,
                   reduction.positions.size(), reduction.events, finding.rule->id(),
                   fingerprint_text(finding.fingerprint), positions_text(reduction.positions)));
  return ExitStatus::clean;
}

}  // namespace

void add_reduce_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  arguments->threads = usable_decoders();
  CLI::App* command = app.add_subcommand("reduce", kHelp);
  command->footer(exit_help(
      {{ExitStatus::clean, "OUT is written, and shows the finding"},
       {ExitStatus::usage, "wrong usage; or there is no such finding, or there are several"},
       {ExitStatus::unreadable,
        "TRACE is no trace, or OUT can't be written; there is no new OUT"}}));
  command->add_option("TRACE", arguments->trace, "a trace, binary or text")->required();
  command->add_option("--finding", arguments->finding,
                      "the first digits of a fingerprint, four at least; or a rule: C4:62, a slug. "
                      "Default: the only finding");
  command->add_option("-o,--output", arguments->out, "the trace to be written")
      ->required()
      ->check(output_name());
  command->add_option("--threads", arguments->threads, "threads that decode")
      ->check(CLI::Range(1u, kMaxDecoders));
  command->callback([arguments, &status] { status = reduce(*arguments); });
}

}  // namespace ddireplay::tools
