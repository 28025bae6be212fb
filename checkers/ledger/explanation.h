// What is to be said of a row: in the words of its rule where it is checked, else in its own.
#pragma once

#include <array>
#include <string_view>

#include "checkers/ledger/ledger.h"

namespace ddireplay::checkers {

struct Explanation {
  std::string_view title;
  std::array<std::string_view, 4> parameters;  // the first is empty where it is the code
  std::string_view condition;
  std::string_view near_miss;
  std::string_view remedy;
};
Explanation explain(const Ledger& ledger, const LedgerRow& row);

// The row is the rule's own, and not one that it checks by an alias.
bool is_own_row(const replay::Rule& rule, const LedgerRow& row);

// What the row's `needs` is, in its state: "Rests on", "Needs", "Would need", "Why not".
std::string_view needs_label(Status status);

}  // namespace ddireplay::checkers
