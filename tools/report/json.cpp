#include "tools/report/json.h"
#include "tools/report/derivation_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/report/ending_report.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json irql_json(std::uint8_t irql) { return irql == format::kIrqlUnknown ? Json() : Json(irql); }

Json entry_json(const ReportView& view, const replay::BiographyEntry& entry, std::size_t object) {
  const replay::Moment& moment = entry.moment;
  return Json{{"role", replay::role_name(entry.role)},
              {"position", moment.position},
              {"thread", fmt::format("{:#x}", moment.thread)},
              {"irql", irql_json(moment.irql)},
              {"processor", moment.processor},
              {"function", view.trace.function(moment.function).name},
              {"object", object},
              {"stack", stack_json(view.symbolizer, view.trace, moment.stack)}};
}

Json object_json(const ReportView& view, const replay::FindingObject& object) {
  return Json{{"kind", object.kind},
              {"address", prefixed_pointer(object.address, view.pointer_bytes())},
              {"size", object.size},
              {"tag", object.tag == 0 ? Json() : Json(tag_text(object.tag))}};
}

Json finding_json(const ReportView& view, const replay::Finding& finding) {
  Json parameters = Json::array();
  for (const std::uint64_t parameter : finding.parameters) {
    parameters.push_back(fmt::format("{:#x}", parameter));
  }
  Json objects = Json::array();
  Json biography = Json::array();
  for (std::size_t i = 0; i < finding.objects.size(); ++i) {
    objects.push_back(object_json(view, finding.objects[i]));
    for (const replay::BiographyEntry& entry : finding.objects[i].biography) {
      biography.push_back(entry_json(view, entry, i));
    }
  }
  const replay::Rule& rule = *finding.rule;
  return Json{{"rule", rule.id()},
              {"slug", rule.slug},
              {"bugcheck", fmt::format("0x{:X}", rule.bug_check)},
              {"parameters", std::move(parameters)},
              {"position", finding.position},
              {"driver", text_or_null(driver_name(view.trace, finding.driver))},
              {"root", finding.root < 0},
              {"consequence_of", finding.root < 0 ? Json() : Json(finding.root)},
              {"verdict", finding.verdict == replay::Verdict::violation ? "violation" : "unknown"},
              {"title", rule.title},
              {"sentence", finding.sentence},
              {"fingerprint", fingerprint_text(finding.fingerprint)},
              {"repeats", finding.repeats},
              {"objects", std::move(objects)},
              {"biography", std::move(biography)}};
}

Json rule_ids(const replay::Report& report) {
  Json ids = Json::array();
  for (const replay::RuleActivity& armed : report.rules_armed) ids.push_back(armed.rule->id());
  return ids;
}

Json steps_by_rule(const replay::Report& report) {
  Json steps = Json::object();
  for (const replay::RuleActivity& armed : report.rules_armed) {
    steps[armed.rule->id()] = armed.events_seen;
  }
  return steps;
}

Json names_not_modelled(const replay::Report& report) {
  Json names = Json::array();
  for (const replay::DdiNotModelled& ddi : report.ddis_not_modelled) names.push_back(ddi.name);
  return names;
}

Json calls_not_modelled(const replay::Report& report) {
  Json calls = Json::object();
  for (const replay::DdiNotModelled& ddi : report.ddis_not_modelled) calls[ddi.name] = ddi.calls;
  return calls;
}

}  // namespace

Json frame_json(const Frame& frame, unsigned pointer_bytes) {
  return Json{{"address", prefixed_pointer(frame.address, pointer_bytes)},
              {"module", text_or_null(frame.module)},
              {"symbol", text_or_null(frame.symbol)},
              {"displacement", frame.displacement},
              {"file", text_or_null(frame.file)},
              {"line", frame.file.empty() ? Json() : Json(frame.line)}};
}

Json stack_json(Symbolizer& symbolizer, const format::TraceReader& trace, format::StackId stack) {
  Json frames = Json::array();
  for (const std::uint64_t address : stack_of(trace, stack)) {
    frames.push_back(frame_json(symbolizer.frame(address), symbolizer.pointer_bytes()));
  }
  return frames;
}

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string report_json(const ReportView& view) {
  Json findings = Json::array();
  for (const replay::Finding& finding : view.report.findings) {
    findings.push_back(finding_json(view, finding));
  }
  return json_text(Json{{"trace", view.trace.name()},
                        {"events", view.report.events},
                        {"lost", view.report.lost},
                        {"complete", is_complete(view.trace)},
                        {"ending", ending_json(view.trace, &view.symbolizer)},
                        {"derivation", derivation_json(view.trace.derivation())},
                        {"problems", view.trace.condition().problems},
                        {"rules_armed", rule_ids(view.report)},
                        {"rule_steps", steps_by_rule(view.report)},
                        {"ddis_not_modelled", names_not_modelled(view.report)},
                        {"ddi_calls_not_modelled", calls_not_modelled(view.report)},
                        {"findings", std::move(findings)}});
}

}  // namespace ddireplay::tools
