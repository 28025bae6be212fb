#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/diff/diff_text.h"
#include "tools/diff/summary.h"
#include "tools/report/json.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools::diff {
namespace {

using Json = nlohmann::ordered_json;

Json side_json(const Side& side) {
  return Json{{"trace", side.trace().name()},
              {"targets", targets_text(side)},
              {"events", side.report().events},
              {"lost", side.report().lost},
              {"complete", tools::is_complete(side.trace())},
              {"activities", side.recording().activities.size()},
              {"calls", side.recording().calls},
              {"findings", side.report().findings.size()}};
}

std::string_view kind_text(DivergenceKind kind) {
  switch (kind) {
    case DivergenceKind::calls:
      return "calls";
    case DivergenceKind::values:
      return "values";
    case DivergenceKind::loop:
      return "loop";
    case DivergenceKind::good_activity:
      return "activity only in good";
    case DivergenceKind::bad_activity:
      return "activity only in bad";
  }
  return "";
}

Json call_json(const DiffView& view, const Side& side, const Call& call) {
  constexpr std::string_view kParts[] = {"call", "begin", "return"};
  return Json{{"position", call.position},
              {"part", kParts[static_cast<std::size_t>(call.part)]},
              {"function", view.names.text(call.name)},
              {"text", call_text(view, side, call)},
              {"stack", stack_json(side.symbolizer(), side.trace(), call.stack)}};
}

// The calls that the other side hasn't got, and the one at which the side is then.
Json part_json(const DiffView& view, const Side& side, std::uint32_t activity, std::uint32_t begin,
               std::uint32_t end, const Call* at) {
  if (activity == kNone) return Json();
  const Activity& one = side.recording().activities[activity];
  Json calls = Json::array();
  for (std::uint32_t i = begin; i < end; ++i) {
    calls.push_back(Json{{"position", one.calls[i].position},
                         {"function", view.names.text(one.calls[i].name)}});
  }
  return Json{{"activity", activity_text(view, side, activity)},
              {"calls", std::move(calls)},
              {"at", call_json(view, side, *at)}};
}

Json values_json(const DiffView& view, const Divergence& one) {
  Json values = Json::array();
  const PartingCalls calls = parting_calls(view, one);
  for (const DifferingValue& value : one.values) {
    const Value& left = view.good.recording().values[calls.good->first_value + value.good];
    const Value& right = view.bad.recording().values[calls.bad->first_value + value.bad];
    values.push_back(Json{{"field", field_name(view.good, *calls.good, left)},
                          {"good", value_text(view, view.good, *calls.good, left)},
                          {"bad", value_text(view, view.bad, *calls.bad, right)}});
  }
  return values;
}

Json divergence_json(const DiffView& view, const Divergence& one) {
  const PartingCalls calls = parting_calls(view, one);
  return Json{
      {"kind", kind_text(one.kind)},
      {"sentence", sentence(view, one)},
      {"good",
       part_json(view, view.good, one.good_activity, one.good_begin, one.good_end, calls.good)},
      {"bad", part_json(view, view.bad, one.bad_activity, one.bad_begin, one.bad_end, calls.bad)},
      {"values", values_json(view, one)},
      {"period", one.period == 0 ? Json() : Json(one.period)},
      {"good_rounds", one.period == 0 ? Json() : Json(one.good_rounds)},
      {"bad_rounds", one.period == 0 ? Json() : Json(one.bad_rounds)}};
}

Json lines_json(const std::vector<CountedLine>& lines) {
  Json array = Json::array();
  for (const CountedLine& line : lines) {
    array.push_back(Json{{"count", line.count}, {"text", line.text}});
  }
  return array;
}

Json finding_json(const replay::Finding* finding) {
  if (finding == nullptr) return Json();
  return Json{{"rule", finding->rule->id()},
              {"position", finding->position},
              {"sentence", finding->sentence},
              {"fingerprint", fingerprint_text(finding->fingerprint)}};
}

Json findings_json(const DiffView& view) {
  Json findings = Json::array();
  for (const FindingDifference& one : view.findings) {
    const char* kind = one.moved() ? "moved" : one.good != nullptr ? "only in good" : "only in bad";
    findings.push_back(
        Json{{"kind", kind}, {"good", finding_json(one.good)}, {"bad", finding_json(one.bad)}});
  }
  return findings;
}

}  // namespace

void write_diff_json(const DiffView& view, bool all, Write write) {
  const std::vector<Divergence>& divergences = view.comparison.divergences;
  const Summary summary = summarise(view);
  std::string head = json_text(Json{
      {"same", view.same()},
      {"complete", view.is_complete()},
      {"good", side_json(view.good)},
      {"bad", side_json(view.bad)},
      {"same_build", view.basis.same_build},
      {"named", view.basis.named},
      {"activities_only_in_good", lines_json(summary.activities_of_good)},
      {"activities_only_in_bad", lines_json(summary.activities_of_bad)},
      {"more_ticks",
       {{"good", view.comparison.more_ticks_of_good}, {"bad", view.comparison.more_ticks_of_bad}}},
      {"calls_only_in_good", lines_json(summary.calls_of_good)},
      {"calls_only_in_bad", lines_json(summary.calls_of_bad)},
      {"loops", lines_json(summary.loops)},
      {"values", lines_json(summary.values)},
      {"findings", findings_json(view)},
      {"divergence_count", divergences.size()}});
  // The object is closed behind its last key, which is written divergence by divergence.
  head.pop_back();
  write(head + ",\"divergences\":[");
  const std::size_t shown = all ? divergences.size() : std::min<std::size_t>(1, divergences.size());
  for (std::size_t i = 0; i < shown; ++i) {
    write((i == 0 ? "" : ",") + json_text(divergence_json(view, divergences[i])));
  }
  write("]}\n");
}

}  // namespace ddireplay::tools::diff
