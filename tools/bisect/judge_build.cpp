#include <fmt/format.h>

#include <atomic>
#include <numeric>
#include <optional>

#include "tools/bisect/builds.h"
#include "tools/corpus/judge.h"
#include "tools/corpus/workers.h"
#include "tools/report/text.h"

namespace ddireplay::tools::bisect {
namespace {

using corpus::ExpectedFinding;
using corpus::Outcome;
using format::ExitStatus;

// "C4:62 of My.sys at #51, fingerprint 0123456789abcdef"
std::string finding_name(const ExpectedFinding& finding) {
  return fmt::format("{}{} at #{}, fingerprint {}", finding.rule,
                     finding.driver.empty() ? "" : " of " + finding.driver, finding.position,
                     finding.fingerprint);
}

// What one trace says.
struct Said {
  BuildVerdict verdict = BuildVerdict::skip;
  std::string why;
  ExpectedFinding finding{};
};

Said said(const std::string& trace, const Outcome& outcome, const Wanted& wanted) {
  if (outcome.status == ExitStatus::unreadable) {
    return {BuildVerdict::skip, outcome.unreadable_because};
  }
  const ExpectedFinding* doubtful = nullptr;
  for (const ExpectedFinding& finding : outcome.findings) {
    if (!is_wanted(wanted, finding.fingerprint)) continue;
    if (finding.verdict == "violation") {
      return {BuildVerdict::bad, fmt::format("{}: {}", trace, finding_name(finding)), finding};
    }
    doubtful = &finding;
  }
  if (doubtful != nullptr) {
    return {BuildVerdict::skip, fmt::format("{}: {}: unknown, events that are missing could "
                                            "explain it",
                                            trace, finding_name(*doubtful))};
  }
  if (outcome.status == ExitStatus::incomplete) {
    return {BuildVerdict::skip,
            fmt::format("{}: the trace has gaps, in which the finding may be", trace)};
  }
  if (outcome.is_part) {
    return {
        BuildVerdict::skip,
        fmt::format("{}: the trace is a part of a recording, and the finding may be in the rest",
                    trace)};
  }
  return {BuildVerdict::good, ""};
}

using Sayings = std::vector<std::optional<Said>>;

// Of the traces in their order; none where a trace wasn't needed any more.
Sayings replay_until_bad(const Build& build, const JudgeOptions& options) {
  const std::vector<std::string> rules = rules_to_replay(options.wanted, options.rules);
  Sayings sayings(build.traces.size());
  std::vector<std::size_t> order(build.traces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::atomic<bool> is_bad = false;
  corpus::on_all_cores(order, options.threads, build.name, [&](std::size_t place) {
    if (is_bad) return;
    const std::string& trace = build.traces[place];
    sayings[place] = said(trace, corpus::judge(trace, rules).outcome, options.wanted);
    if (sayings[place]->verdict == BuildVerdict::bad) is_bad = true;
  });
  return sayings;
}

struct Votes {
  std::size_t replays = 0;
  std::size_t good = 0;
  const Said* skipped = nullptr;  // the first one
  std::size_t bad = 0;            // place + 1 of the first one
};

Votes votes_of(const Sayings& sayings) {
  Votes votes;
  for (std::size_t i = 0; i < sayings.size(); ++i) {
    if (!sayings[i]) continue;
    ++votes.replays;
    const Said& one = *sayings[i];
    if (one.verdict == BuildVerdict::good) ++votes.good;
    if (one.verdict == BuildVerdict::skip && votes.skipped == nullptr) votes.skipped = &one;
    if (one.verdict == BuildVerdict::bad && votes.bad == 0) votes.bad = i + 1;
  }
  return votes;
}

std::string why_not_bad(const Votes& votes, const Build& build, const JudgeOptions& options) {
  if (build.traces.empty()) return fmt::format("{}: no trace is in it", build.name);
  std::string why;
  if (votes.good != 0) {
    why = fmt::format("{} without {}", counted(votes.good, "trace"),
                      options.wanted.any() ? "a finding" : "it");
    if (votes.good < options.confirm) why += fmt::format(", of {}", options.confirm);
  }
  if (votes.skipped != nullptr) why += (why.empty() ? "" : "; ") + votes.skipped->why;
  return why;
}

}  // namespace

Judgement judge_build(const Build& build, const JudgeOptions& options) {
  const Sayings sayings = replay_until_bad(build, options);
  const Votes votes = votes_of(sayings);
  Judgement judgement;
  judgement.build = build.name;
  judgement.replays = votes.replays;
  if (votes.bad != 0) {
    const Said& bad = *sayings[votes.bad - 1];
    judgement.verdict = BuildVerdict::bad;
    judgement.why = bad.why;
    judgement.trace = build.traces[votes.bad - 1];
    judgement.finding = bad.finding;
    return judgement;
  }
  const bool is_good = votes.good >= options.confirm;
  judgement.verdict = is_good ? BuildVerdict::good : BuildVerdict::skip;
  judgement.why = why_not_bad(votes, build, options);
  return judgement;
}

}  // namespace ddireplay::tools::bisect
