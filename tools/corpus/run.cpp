#include "tools/corpus/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "tools/corpus/crash_note.h"
#include "tools/corpus/digest.h"
#include "tools/corpus/directory.h"
#include "tools/corpus/judge.h"
#include "tools/corpus/workers.h"

namespace ddireplay::tools::corpus {
namespace {

// One entry on its way.
struct Job {
  EntryResult result;
  std::uint64_t bytes = 0;
  std::optional<Expectation> accepted;
};

std::vector<Job> jobs_of(const std::string& directory, const std::vector<std::string>& names,
                         const Shard& shard) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!shard.has(i)) continue;
    Job job;
    job.result.name = names[i];
    try {
      const TraceFile trace = trace_of(directory, names[i]);
      job.result.trace = trace.path;
      job.bytes = trace.bytes;
    } catch (const format::Error& error) {
      job.result.problem = error.what();
    }
    jobs.push_back(std::move(job));
  }
  return jobs;
}

// The largest first, so that the last thread to end does not begin with it at the end.
std::vector<std::size_t> order_of(const std::vector<Job>& jobs) {
  std::vector<std::size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::size_t job) { return jobs[job].bytes; });
  return order;
}

void compare(const std::string& directory, Job& job) {
  Expectation expectation = read_entry(directory, job.result.name).expectation;
  if (sha256_of_file(job.result.trace) != expectation.sha256) {
    throw format::Error(
        fmt::format("{}: is not the trace that was recorded (its SHA-256 is another): bring that "
                    "back, or remove the entry and add this one",
                    job.result.trace));
  }
  Outcome seen = judge(job.result.trace, expectation.rules).outcome;
  job.result.differences = differences(expectation.outcome, seen);
  if (job.result.differences.empty()) return;
  expectation.outcome = std::move(seen);
  job.accepted = std::move(expectation);
}

// Whatever is wrong with one entry, the others are replayed.
void compare_or_say_why(const std::string& directory, Job& job) {
  if (!job.result.problem.empty()) return;
  try {
    compare(directory, job);
  } catch (const std::exception& error) {
    job.result.problem = error.what();
  }
}

}  // namespace

Run run_corpus(const std::string& directory, const Shard& shard, unsigned threads) {
  const std::vector<std::string> names = names_in(directory);
  if (names.empty()) {
    // A guard that guards nothing is a wrong path more often than a wish.
    throw format::Error(fmt::format(
        "{}: holds no trace; `ddireplay corpus add {} TRACE...` adds some", directory, directory));
  }
  name_trace_in_crash();
  std::vector<Job> jobs = jobs_of(directory, names, shard);
  on_all_cores(order_of(jobs), threads, "replaying",
               [&](std::size_t i) { compare_or_say_why(directory, jobs[i]); });
  Run run;
  run.result.directory = directory;
  run.result.names = sha256_of_text(fmt::format("{}", fmt::join(names, "\n")));
  run.result.shard = shard;
  for (Job& job : jobs) {
    if (job.accepted) run.accepted.emplace(job.result.name, std::move(*job.accepted));
    run.result.entries.push_back(std::move(job.result));
  }
  return run;
}

}  // namespace ddireplay::tools::corpus
