#include "checkers/ledger/explanation.h"

#include "checkers/ledger/row_id.h"

namespace ddireplay::checkers {

bool is_own_row(const replay::Rule& rule, const LedgerRow& row) {
  return row_has_id(row, rule.id());
}

Explanation explain(const Ledger& ledger, const LedgerRow& row) {
  const replay::Rule* rule = ledger.rule_of(row);
  if (rule == nullptr || !is_own_row(*rule, row)) {
    return {row.title, row.parameters, row.condition, row.near_miss, row.remedy};
  }
  return {rule->title,
          {row.parameters[0], rule->parameters[0], rule->parameters[1], rule->parameters[2]},
          rule->condition,
          rule->near_miss,
          rule->remedy};
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

}  // namespace ddireplay::checkers
