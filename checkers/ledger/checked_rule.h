// The rule that checks a row of the ledger, in the row's own words: what a rule is about is written
// once, whether somebody checks it yet or not.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "replay/rule.h"

namespace ddireplay::checkers {

// `id`: of a row ("C4:32", "C7:lookaside", "WDM:RemoveLock"). `aliases`: ids of other rows that the
// rule checks, with spaces between; empty: those that the row itself names. The texts must live as
// long as the program. Throws std::logic_error where there is no such row: called while the program
// starts, so that every test sees it.
replay::Rule checked_rule(std::string_view id, std::string_view slug, replay::Evidence evidence,
                          std::string_view follows = {}, std::string_view aliases = {});

// The rules of a table, in the order of its rows, each of which has one in `rule`.
template <class Row, std::size_t N>
std::array<replay::Rule, N> rules_of(const Row (&rows)[N]) {
  std::array<replay::Rule, N> rules;
  for (std::size_t i = 0; i < N; ++i) rules[i] = rows[i].rule;
  return rules;
}

// The same rule, armed only where somebody asks for it.
replay::Rule on_request(replay::Rule rule);

}  // namespace ddireplay::checkers
