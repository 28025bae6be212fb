#include "tools/corpus/expectation.h"

#include "tools/corpus/json_fields.h"

namespace ddireplay::tools::corpus {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr const char* kVersionKey = "ddireplay-corpus";

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json finding_json(const ExpectedFinding& finding) {
  return Json{
      {"rule", finding.rule},         {"fingerprint", finding.fingerprint},
      {"position", finding.position}, {"driver", text_or_null(finding.driver)},
      {"verdict", finding.verdict},   {"consequence_of", text_or_null(finding.consequence_of)},
      {"repeats", finding.repeats}};
}

ExpectedFinding finding_of(const Json& value, const std::string& path, std::string place) {
  const Fields fields(value, path, std::move(place));
  fields.expect_only(
      {"rule", "fingerprint", "position", "driver", "verdict", "consequence_of", "repeats"});
  return {.rule = fields.text("rule"),
          .fingerprint = fields.text("fingerprint"),
          .position = fields.number("position"),
          .driver = fields.text_or_null("driver"),
          .verdict = fields.text("verdict"),
          .consequence_of = fields.text_or_null("consequence_of"),
          .repeats = fields.number("repeats")};
}

format::ExitStatus status_of(const Fields& fields) {
  const auto status = static_cast<format::ExitStatus>(fields.number("status"));
  switch (status) {
    case format::ExitStatus::clean:
    case format::ExitStatus::findings:
    case format::ExitStatus::incomplete:
    case format::ExitStatus::unreadable:
      return status;
    case format::ExitStatus::usage:
      break;
  }
  fields.fail("status", "an exit status of `ddireplay replay` is expected: 0, 1, 3 or 4");
}

}  // namespace

std::string expectation_text(const Expectation& expectation) {
  Json findings = Json::array();
  for (const ExpectedFinding& finding : expectation.outcome.findings) {
    findings.push_back(finding_json(finding));
  }
  return stable_text(Json{{kVersionKey, kVersion},
                          {"sha256", expectation.sha256},
                          {"rules", expectation.rules},
                          {"note", expectation.note},
                          {"status", static_cast<int>(expectation.outcome.status)},
                          {"events", expectation.outcome.events},
                          {"findings", std::move(findings)}});
}

Expectation parse_expectation(std::string_view text, const std::string& path) {
  const Json value = parse_json(text, path);
  const Fields fields(value, path, "");
  if (const std::uint64_t version = fields.number(kVersionKey); version != kVersion) {
    fields.fail(kVersionKey,
                fmt::format("this program reads version {}, and not {}", kVersion, version));
  }
  fields.expect_only({kVersionKey, "sha256", "rules", "note", "status", "events", "findings"});
  Expectation expectation;
  expectation.sha256 = fields.text("sha256");
  expectation.note = fields.text("note");
  for (const Json& rule : fields.list("rules")) {
    if (!rule.is_string()) fields.fail("rules", "names of rules are expected");
    expectation.rules.push_back(rule.get<std::string>());
  }
  expectation.outcome.status = status_of(fields);
  expectation.outcome.events = fields.number("events");
  const Json& findings = fields.list("findings");
  for (std::size_t i = 0; i < findings.size(); ++i) {
    expectation.outcome.findings.push_back(
        finding_of(findings[i], path, fields.place_of("findings", i)));
  }
  return expectation;
}

Expectation read_expectation(const std::string& path) {
  return parse_expectation(read_whole_file(path), path);
}

}  // namespace ddireplay::tools::corpus
