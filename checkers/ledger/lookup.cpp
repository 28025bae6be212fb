#include "checkers/ledger/lookup.h"

#include <algorithm>
#include <numeric>

#include "checkers/ledger/row_id.h"
#include "checkers/ledger/words.h"
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

// How many letters must be put in, taken out or changed (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> costs(b.size() + 1);
  std::iota(costs.begin(), costs.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = costs[0]++;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t changed = diagonal + (fold_case(a[i]) == fold_case(b[k]) ? 0 : 1);
      diagonal = costs[k + 1];
      costs[k + 1] = std::min({changed, costs[k] + 1, diagonal + 1});
    }
  }
  return costs.back();
}

// Keeps the candidate that is nearest so far; of two the first.
struct Nearest {
  std::string_view wanted;
  std::string found{};
  std::size_t limit;  // a candidate must be nearer than this

  void offer(std::string_view candidate) {
    const std::size_t far = distance(wanted, candidate);
    if (candidate.empty() || far >= limit) return;
    limit = far;
    found = candidate;
  }
};

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
  const std::string wanted = canonical_id(text);
  Nearest nearest{.wanted = wanted, .limit = 2 + wanted.size() / 4};
  for (const LedgerRow& row : ledger_rows()) {
    nearest.offer(row.id);
    for (const std::string_view other : Words(row.also)) nearest.offer(other);
    nearest.offer(slug_of(ledger, row));
  }
  return nearest.found;
}

}  // namespace ddireplay::checkers
