#include "tools/corpus/add.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>
#include <system_error>
#include <utility>

#include "tools/corpus/cover.h"
#include "tools/corpus/crash_note.h"
#include "tools/corpus/digest.h"
#include "tools/corpus/directory.h"
#include "tools/corpus/reduced.h"
#include "tools/corpus/workers.h"

namespace ddireplay::tools::corpus {
namespace {

// What may become an entry.
struct Candidate {
  std::string trace;  // as it was given
  std::string rule;   // of a reduced trace: what it shows
  std::string text;   // the same; empty: the file itself is kept
  Expectation expectation;
};

class Adder {
 public:
  Adder(const std::string& directory, const AddOptions& options)
      : directory_(directory), options_(options), editor_(directory) {
    for (const Entry& entry : read_entries(directory)) remember(entry.name, entry.expectation);
  }

  Added add(const Candidate& candidate) {
    const auto& [trace, rule, text, expectation] = candidate;
    if (expectation.sha256.empty()) {
      return {.trace = trace,
              .entry = "",
              .why = expectation.outcome.unreadable_because,
              .is_readable = false};
    }
    const auto same = by_sha256_.find(expectation.sha256);
    if (same != by_sha256_.end())
      return {.trace = trace, .entry = "", .why = "is in the corpus already, as " + same->second};
    const std::size_t adds = new_defects(expectation);
    if (adds == 0 && !options_.always) return not_added(trace, expectation);
    const std::string name = name_for(trace, expectation.sha256, rule);
    if (names_.contains(name)) {
      throw format::Error(
          fmt::format("{}/{}: is there already, with another trace: rename it", directory_, name));
    }
    if (text.empty()) {
      editor_.add(name, trace, expectation);
    } else {
      editor_.add_text(name, text, expectation);
    }
    remember(name, expectation);
    return {.trace = trace, .entry = name, .why = what_it_brings(adds, expectation)};
  }

 private:
  void remember(const std::string& name, const Expectation& expectation) {
    names_.insert(name);
    by_sha256_.emplace(expectation.sha256, name);
    for (std::string& defect : defects_of(expectation)) defects_.insert(std::move(defect));
  }

  std::size_t new_defects(const Expectation& expectation) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        defects_of(expectation),
        [this](const std::string& defect) { return !defects_.contains(defect); }));
  }

  static std::string what_it_brings(std::size_t adds, const Expectation& expectation) {
    const std::size_t all = defects_of(expectation).size();
    if (expectation.outcome.status == format::ExitStatus::unreadable) return "unreadable";
    return all == 0 ? "no finding" : fmt::format("{} new of {} defects", adds, all);
  }

  static Added not_added(const std::string& trace, const Expectation& expectation) {
    Added result{.trace = trace, .entry = "", .why = ""};
    if (expectation.outcome.status == format::ExitStatus::unreadable) {
      result.why =
          "can't be read; --always adds it, to stay so: " + expectation.outcome.unreadable_because;
      result.is_readable = false;
    } else if (defects_of(expectation).empty()) {
      result.why = "has no finding; --always adds it, to stay silent";
    } else {
      result.why = "has no defect that the corpus doesn't hold; --always adds it";
    }
    return result;
  }

  const std::string& directory_;
  const AddOptions& options_;
  Editor editor_;
  std::set<std::string> names_;
  std::set<std::string> defects_;
  std::map<std::string, std::string> by_sha256_;  // names
};

void make_directory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    throw format::Error(fmt::format("{}: can't be made: {}", directory, error.message()));
  }
}

Expectation expectation_of(std::string sha256, Outcome outcome, const AddOptions& options) {
  return {.sha256 = std::move(sha256),
          .rules = options.rules,
          .note = options.note,
          .outcome = std::move(outcome)};
}

// One that isn't there, or is a directory, has no digest.
Candidate whole_trace(const std::string& trace, Outcome outcome, const AddOptions& options) {
  std::string sha256;
  try {
    sha256 = sha256_of_file(trace);
  } catch (const format::Error& error) {
    if (outcome.status != format::ExitStatus::unreadable) throw;
  }
  return {.trace = trace,
          .rule = {},
          .text = {},
          .expectation = expectation_of(std::move(sha256), std::move(outcome), options)};
}

// The trace as it is, or reduced to each of its defects.
std::vector<Candidate> candidates_of(const std::string& trace, const AddOptions& options) {
  Judged judged = judge(trace, options.rules);
  std::vector<Candidate> candidates;
  if (judged.trace && !options.whole) {
    for (ReducedTrace& reduced : reduce_findings(judged, trace, options.rules)) {
      std::string sha256 = sha256_of_text(reduced.text);
      candidates.push_back(
          {.trace = trace,
           .rule = std::move(reduced.rule),
           .text = std::move(reduced.text),
           .expectation = expectation_of(std::move(sha256), std::move(reduced.outcome), options)});
    }
  }
  if (candidates.empty()) {
    candidates.push_back(whole_trace(trace, std::move(judged.outcome), options));
  }
  return candidates;
}

}  // namespace

void add_traces(const std::string& directory, const std::vector<std::string>& traces,
                const AddOptions& options, const std::function<void(const Added&)>& tell) {
  name_trace_in_crash();
  std::vector<std::vector<Candidate>> candidates(traces.size());
  std::vector<std::size_t> order(traces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  on_all_cores(order, options.threads, options.whole ? "replaying" : "reducing",
               [&](std::size_t i) { candidates[i] = candidates_of(traces[i], options); });
  make_directory(directory);
  Adder adder(directory, options);
  for (const std::vector<Candidate>& of_trace : candidates) {
    for (const Candidate& candidate : of_trace) tell(adder.add(candidate));
  }
}

}  // namespace ddireplay::tools::corpus
