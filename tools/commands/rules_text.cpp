#include "tools/commands/rules_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "checkers/ledger/bug_checks.h"
#include "checkers/ledger/row_id.h"
#include "checkers/ledger/words.h"
#include "tools/report/append.h"

namespace ddireplay::tools {
namespace {

using checkers::Ledger;
using checkers::LedgerRow;
using checkers::Status;
using Json = nlohmann::ordered_json;

constexpr std::size_t kLabelWidth = 14;
constexpr std::size_t kLineWidth = 100;

std::uint64_t bug_check_of(const LedgerRow& row) { return checkers::parts_of(row.id).bug_check; }

std::string short_status(const Ledger& ledger, const LedgerRow& row) {
  const replay::Rule* rule = ledger.rule_of(row);
  const bool is_on_request = rule != nullptr && !rule->by_default;
  return std::string(checkers::status_text(ledger.status(row))) +
         (is_on_request ? " on request" : "");
}

// Lines of the rows of one bug check.
void add_section(std::string& out, const Ledger& ledger, LedgerRows rows) {
  std::size_t width = 0;
  for (const LedgerRow* row : rows) width = std::max(width, row->id.size());
  for (const LedgerRow* row : rows) {
    append(out, "  {:<{}}  {:<21}  {}\n", row->id, width, short_status(ledger, *row), row->title);
  }
}

using Counts = std::array<std::size_t, checkers::kStatusCount>;

Counts count(const Ledger& ledger, LedgerRows rows) {
  Counts counts{};
  for (const LedgerRow* row : rows) ++counts[static_cast<std::size_t>(ledger.status(*row))];
  return counts;
}

constexpr std::array<std::string_view, checkers::kStatusCount> kCounted = {
    "checked", "not yet", "need more than calls", "out of scope"};

// "568 rules: 14 checked, 457 not yet, ..."; what is zero is left out.
std::string count_line(const Counts& counts, std::size_t shown) {
  const std::size_t all = checkers::ledger_rows().size();
  std::string line =
      shown == all ? fmt::format("{} rules", all) : fmt::format("{} of {} rules", shown, all);
  std::string_view separator = ": ";
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    append(line, "{}{} {}", separator, counts[i], kCounted[i]);
    separator = ", ";
  }
  return line + "\n";
}

// "Near miss     TEXT", broken into lines; nothing where there is no text.
void add_field(std::string& out, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  std::string line = fmt::format("{:<{}}", label, kLabelWidth);
  bool line_has_word = false;
  for (const std::string_view word : checkers::Words(text)) {
    if (line_has_word && line.size() + 1 + word.size() > kLineWidth) {
      append(out, "{}\n", line);
      line.assign(kLabelWidth, ' ');
      line_has_word = false;
    }
    if (line_has_word) line += ' ';
    line += word;
    line_has_word = true;
  }
  append(out, "{}\n", line);
}

// "not yet (calls decide it in part)", "checked by C4:10 (pool-free-of-unallocated)"
std::string long_status(const Ledger& ledger, const LedgerRow& row) {
  std::string text(checkers::status_text(ledger.status(row)));
  if (const replay::Rule* rule = ledger.rule_of(row)) {
    append(text, " by {} ({})", rule->id(), rule->slug);
    if (!rule->by_default) text += "; only when asked for";
  }
  if (row.reach == checkers::Reach::calls_in_part) text += "; calls decide it in part";
  return text;
}

// Parameter 1 is the code, unless the row says otherwise.
void add_parameters(std::string& out, const LedgerRow& row) {
  const checkers::IdParts id = checkers::parts_of(row.id);
  if (row.parameters[0].empty() && !id.has_word) {
    add_field(out, "Parameter 1", fmt::format("{:#x}", id.code));
  }
  for (std::size_t i = 0; i < row.parameters.size(); ++i) {
    add_field(out, fmt::format("Parameter {}", i + 1), row.parameters[i]);
  }
}

std::string_view verdict_with_gaps(const replay::Rule* rule) {
  if (rule == nullptr || rule->evidence == replay::Evidence::presence) return {};
  return "Missing events make the verdict unknown.";
}

Json words_json(std::string_view text) {
  Json list = Json::array();
  for (const std::string_view word : checkers::Words(text)) list.push_back(word);
  return list;
}

Json null_if_empty(std::string_view text) { return text.empty() ? Json() : Json(text); }

}  // namespace

std::string rules_table(const Ledger& ledger, LedgerRows rows) {
  std::string out;
  for (auto section = rows.begin(); section != rows.end();) {
    const std::uint64_t bug_check = bug_check_of(**section);
    const auto end = std::find_if(section, rows.end(), [bug_check](const LedgerRow* row) {
      return bug_check_of(*row) != bug_check;
    });
    append(out, "{}\n", checkers::bug_check_heading(bug_check));
    add_section(out, ledger, LedgerRows(section, end));
    out += "\n";
    section = end;
  }
  return out + count_line(count(ledger, rows), rows.size());
}

std::string rule_explanation(const Ledger& ledger, const LedgerRow& row) {
  const Status status = ledger.status(row);
  std::string out = fmt::format("{}  {}\n\n", row.id, row.title);
  add_field(out, "Status", long_status(ledger, row));
  add_field(out, "Bug check", checkers::bug_check_heading(bug_check_of(row)));
  add_field(out, "Option", row.option);
  add_parameters(out, row);
  add_field(out, "Fires when", row.condition);
  add_field(out, "Near miss", row.near_miss);
  add_field(out, "How to fix", row.remedy);
  add_field(out, checkers::needs_label(status), row.needs);
  add_field(out, "Gaps", verdict_with_gaps(ledger.rule_of(row)));
  add_field(out, "DDIs", row.ddis);
  add_field(out, "Also", row.also);
  return out;
}

Json rule_json(const Ledger& ledger, const LedgerRow& row) {
  const replay::Rule* rule = ledger.rule_of(row);
  const std::uint64_t bug_check = bug_check_of(row);
  Json parameters = Json::array();
  for (const std::string_view parameter : row.parameters) parameters.push_back(parameter);
  return Json{
      {"rule", row.id},
      {"also", words_json(row.also)},
      {"bugcheck",
       bug_check == checkers::kNoBugCheck ? Json() : Json(fmt::format("0x{:X}", bug_check))},
      {"status", checkers::status_word(ledger.status(row))},
      {"checked_by", rule == nullptr ? Json() : Json(rule->id())},
      {"slug", rule == nullptr ? Json() : Json(rule->slug)},
      {"by_default", rule == nullptr ? Json() : Json(rule->by_default)},
      {"in_part", row.reach == checkers::Reach::calls_in_part},
      {"tier", row.tier},
      {"option", row.option},
      {"title", row.title},
      {"parameters", std::move(parameters)},
      {"condition", row.condition},
      {"near_miss", null_if_empty(row.near_miss)},
      {"remedy", null_if_empty(row.remedy)},
      {"needs", row.needs},
      {"ddis", words_json(row.ddis)}};
}

Json rules_json(const Ledger& ledger, LedgerRows rows) {
  const Counts counts = count(ledger, rows);
  Json by_status = Json::object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    by_status[std::string(checkers::status_word(Status(i)))] = counts[i];
  }
  Json list = Json::array();
  for (const LedgerRow* row : rows) list.push_back(rule_json(ledger, *row));
  return Json{{"counts", std::move(by_status)}, {"rules", std::move(list)}};
}

}  // namespace ddireplay::tools
