// Every finding of every rule's triggers, reduced: what is left shows it, and without any one event
// of it nothing does.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "format/trace_copy.h"
#include "replay/reduce/reducer.h"

namespace ddireplay {
namespace {

namespace fs = std::filesystem;
using format::TraceReader;

std::vector<fs::path> triggers() {
  std::vector<fs::path> traces;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(DDIREPLAY_RULE_TRACES)) {
    const std::string name = entry.path().filename().string();
    if (name.find("-trigger") != std::string::npos) traces.push_back(entry.path());
  }
  std::sort(traces.begin(), traces.end());
  return traces;
}

replay::Report replay_all(TraceReader& trace) {
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers, {.threads = 1, .rules = {"all"}, .events = nullptr});
  replay.run();
  return replay.report();
}

bool shows(TraceReader& trace, const replay::Finding& finding) {
  const replay::Report report = replay_all(trace);
  return std::ranges::any_of(report.findings, [&](const replay::Finding& other) {
    return other.fingerprint == finding.fingerprint && other.verdict == finding.verdict;
  });
}

replay::Reduction reduced(TraceReader& trace, const replay::Finding& finding,
                          unsigned threads = 1) {
  return replay::reduce(trace, checkers::make_all_checkers, finding,
                        {.threads = threads, .progress = nullptr});
}

// Without the event at that place of the merged order; gaps have one, too.
TraceReader without(TraceReader& trace, std::size_t left_out) {
  format::TraceWriter writer(trace.header());
  format::TraceCopy copy(trace, writer);
  format::EventSource source(trace);
  std::size_t place = 0;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (place++ != left_out) copy.append(event);
    }
  }
  writer.finish(copy.finish({.step = "without one"}));
  return TraceReader::from_bytes(writer.take_bytes(), "without one");
}

void check_minimal(const replay::Reduction& reduction, const replay::Finding& finding) {
  TraceReader trace = TraceReader::from_bytes(reduction.trace, "reduced");
  REQUIRE(shows(trace, finding));
  REQUIRE(trace.footer()->derivation);
  CHECK(trace.footer()->derivation->finding == finding.fingerprint);
  for (std::size_t place = 0; place < reduction.positions.size(); ++place) {
    TraceReader less = without(trace, place);
    INFO("without event " << place + 1 << " of " << reduction.positions.size() << ", which is #"
                          << reduction.positions[place]);
    CHECK_FALSE(shows(less, finding));
  }
}

TEST_CASE("every finding of the rules' triggers is reduced to events that it needs, all of them") {
  for (const fs::path& path : triggers()) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    TraceReader trace = format::trace_from_text(text.str(), path.filename().string());
    std::set<std::uint64_t> seen;
    for (const replay::Finding& finding : replay_all(trace).findings) {
      if (!seen.insert(finding.fingerprint).second) continue;
      INFO(path.string() << ": " << finding.rule->id() << " at #" << finding.position);
      const replay::Reduction reduction = reduced(trace, finding);
      CHECK(reduction.positions.size() <= reduction.events);
      check_minimal(reduction, finding);
    }
  }
}

}  // namespace
}  // namespace ddireplay
