#include "tools/corpus/reduced.h"

#include <sstream>
#include <utility>

#include "format/text_form.h"
#include "tools/corpus/crash_note.h"
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

std::vector<ReducedTrace> reduce_findings(Judged& judged, const std::string& path,
                                          const std::vector<std::string>& rules) {
  const TraceInPlay in_play(path);
  std::vector<ReducedTrace> reduced;
  for (const replay::Finding* finding : distinct_findings(judged.report)) {
    if (finding->verdict != replay::Verdict::violation) continue;
    ReducedTrace& one = reduced.emplace_back();
    one.rule = finding->rule->id();
    one.text = text_of(reduce_and_verify(*judged.trace, *finding, {}, path), path);
    one.outcome = judge(format::trace_from_text(one.text, path), rules).outcome;
  }
  return reduced;
}

}  // namespace ddireplay::tools::corpus
