#include "tools/corpus/reduced.h"

#include <sstream>
#include <utility>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "tools/corpus/crash_note.h"
#include "tools/corpus/judge.h"
#include "tools/reduced_trace.h"

namespace ddireplay::tools::corpus {
namespace {

std::string text_of(replay::Reduction reduction, const std::string& name) {
  format::TraceReader trace = format::TraceReader::from_bytes(std::move(reduction.trace), name);
  std::ostringstream text;
  format::write_text(trace, text);
  return std::move(text).str();
}

}  // namespace

std::vector<ReducedTrace> reduce_findings(const std::string& path,
                                          const std::vector<std::string>& rules) {
  const TraceInPlay in_play(path);
  format::TraceReader trace = format::open_trace(path);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers, {.threads = 1, .rules = rules, .events = nullptr});
  replay.run();
  const replay::Report report = replay.report();
  std::vector<ReducedTrace> reduced;
  for (const replay::Finding* finding : distinct_findings(report)) {
    if (finding->verdict != replay::Verdict::violation) continue;
    ReducedTrace& one = reduced.emplace_back();
    one.rule = finding->rule->id();
    one.text = text_of(reduce_and_verify(trace, *finding, {}, path), path);
    format::TraceReader kept = format::trace_from_text(one.text, path);
    one.outcome = judge(kept, rules);
  }
  return reduced;
}

}  // namespace ddireplay::tools::corpus
