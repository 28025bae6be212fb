#include "checkers/ledger/ledger.h"

#include <string>
#include <unordered_map>

#include "checkers/ledger/row_id.h"
#include "checkers/ledger/words.h"

namespace ddireplay::checkers {
namespace {

constexpr std::array<std::string_view, kStatusCount> kStatusTexts = {
    "checked", "not yet", "needs more than calls", "out of scope"};
constexpr std::array<std::string_view, kStatusCount> kStatusWords = {"checked", "not-yet",
                                                                     "needs-more", "out-of-scope"};

Status status_without_rule(Reach reach) {
  switch (reach) {
    case Reach::calls:
    case Reach::calls_in_part:
      return Status::not_yet;
    case Reach::more_than_calls:
      return Status::needs_more;
    case Reach::out_of_scope:
      break;
  }
  return Status::out_of_scope;
}

using RuleById = std::unordered_map<std::string, const replay::Rule*>;

RuleById index_rules(std::span<const replay::Rule* const> rules) {
  RuleById by_id;
  for (const replay::Rule* rule : rules) by_id.try_emplace(rule->id(), rule);
  for (const replay::Rule* rule : rules) {
    for (const std::string_view alias : Words(rule->aliases))
      by_id.try_emplace(std::string(alias), rule);
  }
  return by_id;
}

const replay::Rule* find_rule(const RuleById& by_id, const LedgerRow& row) {
  if (const auto found = by_id.find(std::string(row.id)); found != by_id.end())
    return found->second;
  for (const std::string_view other : Words(row.also)) {
    if (const auto found = by_id.find(std::string(other)); found != by_id.end())
      return found->second;
  }
  return nullptr;
}

}  // namespace

std::string_view status_text(Status status) {
  return kStatusTexts[static_cast<std::size_t>(status)];
}

std::string_view status_word(Status status) {
  return kStatusWords[static_cast<std::size_t>(status)];
}

std::string_view needs_label(Status status) {
  switch (status) {
    case Status::checked:
      return "Rests on";
    case Status::not_yet:
      return "Needs";
    case Status::needs_more:
      return "Would need";
    case Status::out_of_scope:
      break;
  }
  return "Why not";
}

bool is_own_row(const replay::Rule& rule, const LedgerRow& row) {
  return row_has_id(row, rule.id());
}

std::vector<const replay::Rule*> rules_of(
    std::span<const std::unique_ptr<replay::Checker>> checkers) {
  std::vector<const replay::Rule*> rules;
  for (const auto& checker : checkers) {
    for (const replay::Rule& rule : checker->rules()) rules.push_back(&rule);
  }
  return rules;
}

Ledger::Ledger(std::span<const replay::Rule* const> rules) : rules_(rules.begin(), rules.end()) {
  const RuleById by_id = index_rules(rules_);
  rule_by_row_.reserve(ledger_rows().size());
  for (const LedgerRow& row : ledger_rows()) rule_by_row_.push_back(find_rule(by_id, row));
}

const replay::Rule* Ledger::rule_of(const LedgerRow& row) const {
  return rule_by_row_.at(static_cast<std::size_t>(&row - ledger_rows().data()));
}

Status Ledger::status(const LedgerRow& row) const {
  return rule_of(row) != nullptr ? Status::checked : status_without_rule(row.reach);
}

std::array<std::size_t, kStatusCount> Ledger::counts() const {
  std::array<std::size_t, kStatusCount> counts{};
  for (const LedgerRow& row : ledger_rows()) ++counts[static_cast<std::size_t>(status(row))];
  return counts;
}

}  // namespace ddireplay::checkers
