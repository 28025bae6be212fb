#include "checkers/ledger/checked_rule.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "checkers/ledger/ledger.h"
#include "checkers/ledger/row_id.h"

namespace ddireplay::checkers {

replay::Rule checked_rule(std::string_view id, std::string_view slug, replay::Evidence evidence,
                          std::string_view follows, std::string_view aliases) {
  const std::span<const LedgerRow> rows = ledger_rows();
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const LedgerRow& candidate) { return candidate.id == id; });
  if (row == rows.end()) throw std::logic_error("the ledger has no row " + std::string(id));
  const IdParts parts = parts_of(row->id);
  const bool has_bug_check = parts.bug_check != kNoBugCheck;
  return {.bug_check = has_bug_check ? static_cast<std::uint32_t>(parts.bug_check) : 0,
          .code = static_cast<std::uint32_t>(parts.code),
          .sub_id = parts.word,
          .slug = slug,
          .title = row->title,
          .parameters = {row->parameters[1], row->parameters[2], row->parameters[3]},
          .evidence = evidence,
          .condition = row->condition,
          .near_miss = row->near_miss,
          .remedy = row->remedy,
          .aliases = aliases.empty() ? row->also : aliases,
          .follows = follows};
}

replay::Rule on_request(replay::Rule rule) {
  rule.by_default = false;
  return rule;
}

}  // namespace ddireplay::checkers
