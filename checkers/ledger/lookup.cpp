#include "checkers/ledger/lookup.h"

#include <algorithm>

#include "checkers/ledger/row_id.h"
#include "checkers/ledger/words.h"
#include "replay/nearest_name.h"
#include "replay/text_case.h"

namespace ddireplay::checkers {
namespace {

using replay::fold_case;

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return fold_case(a) == fold_case(b); };
  return part.empty() ||
         std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

bool begins_with(std::string_view text, std::string_view start) {
  return replay::same_without_case(text.substr(0, start.size()), start);
}

bool has_canonical_id(const LedgerRow& row, std::string_view id) {
  if (canonical_id(row.id) == id) return true;
  return std::ranges::any_of(Words(row.also),
                             [id](std::string_view other) { return canonical_id(other) == id; });
}

std::string_view slug_of(const Ledger& ledger, const LedgerRow& row) {
  const replay::Rule* rule = ledger.rule_of(row);
  return rule == nullptr ? std::string_view{} : rule->slug;
}

// A rule may check several rows by its aliases; its slug names the row of its own id.
bool has_slug(const Ledger& ledger, const LedgerRow& row, std::string_view slug) {
  const replay::Rule* rule = ledger.rule_of(row);
  return rule != nullptr && rule->slug == slug && row_has_id(row, rule->id());
}

bool row_has_text(const Ledger& ledger, const LedgerRow& row, std::string_view text) {
  return contains(row.title, text) || contains(row.ddis, text) || contains(row.condition, text) ||
         contains(row.id, text) || contains(row.also, text) || contains(slug_of(ledger, row), text);
}

}  // namespace

const LedgerRow* find_row(const Ledger& ledger, std::string_view id_or_slug) {
  const std::string id = canonical_id(id_or_slug);
  for (const LedgerRow& row : ledger_rows()) {
    if (has_canonical_id(row, id)) return &row;
  }
  for (const LedgerRow& row : ledger_rows()) {
    if (has_slug(ledger, row, id)) return &row;
  }
  return nullptr;
}

std::vector<const LedgerRow*> search_rows(const Ledger& ledger, std::string_view text) {
  std::vector<const LedgerRow*> rows;
  const std::string family = canonical_id(std::string(text) + ":");
  for (const LedgerRow& row : ledger_rows()) {
    if (canonical_id(row.id).starts_with(family)) rows.push_back(&row);
  }
  if (!rows.empty()) return rows;
  for (const LedgerRow& row : ledger_rows()) {
    if (row_has_text(ledger, row, text)) rows.push_back(&row);
  }
  return rows;
}

std::vector<std::string> rules_of_option(const Ledger& ledger, std::string_view option) {
  std::vector<std::string> ids;
  if (option.empty()) return ids;
  for (const LedgerRow& row : ledger_rows()) {
    const replay::Rule* rule = ledger.rule_of(row);
    if (rule == nullptr || !begins_with(row.option, option)) continue;
    const std::string id = rule->id();
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

std::string nearest_id(const Ledger& ledger, std::string_view text) {
  replay::NearestName nearest(canonical_id(text));
  for (const LedgerRow& row : ledger_rows()) {
    nearest.offer(row.id);
    for (const std::string_view other : Words(row.also)) nearest.offer(other);
    nearest.offer(slug_of(ledger, row));
  }
  return nearest.found();
}

}  // namespace ddireplay::checkers
