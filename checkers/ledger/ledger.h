// The ledger: every rule that Driver Verifier documents, checked or honestly not.
//
// A row says what the rule is and what deciding it takes. Whether it is checked, it does not say: a
// row is checked if the registry has a rule of that id, or with that id among its aliases.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "replay/checker.h"
#include "replay/rule.h"

namespace ddireplay::checkers {

// How far recorded calls reach.
enum class Reach : std::uint8_t {
  calls,            // calls decide it
  calls_in_part,    // some cases; `needs` and `near_miss` say which
  more_than_calls,  // `needs` says what it would take
  out_of_scope,     // `needs` says why
};

struct LedgerRow {
  std::string_view id;  // "C4:62"; "CB:pages" where there is no code; "WDM:RemoveLock"
  std::uint8_t tier =
      0;  // 1: automatic checks and leaks, 2: the rest of C4, C7, 3: siblings, 9: no calls
  Reach reach = Reach::calls;
  std::string_view option{};  // of Driver Verifier
  std::string_view title{};
  std::array<std::string_view, 4> parameters{};  // 1 to 4; the first is empty where it is the code
  std::string_view ddis{};                       // names with spaces between
  std::string_view condition{};                  // when it fires
  std::string_view near_miss{};  // what looks like it and is legal, or can't be told
  std::string_view needs{};      // what a checker has to know; never empty
  std::string_view remedy{};     // how to fix the driver
  std::string_view also{};       // other ids of this row, with spaces between
};

// All rows, sorted by bug check, then code, then word; rules without a bug check come last.
std::span<const LedgerRow> ledger_rows();

enum class Status : std::uint8_t { checked, not_yet, needs_more, out_of_scope };
inline constexpr std::size_t kStatusCount = 4;

// "needs more than calls"
std::string_view status_text(Status status);
// "needs-more": as the command line has it.
std::string_view status_word(Status status);

// What the row's `needs` is, in its state: "Rests on", "Needs", "Would need", "Why not".
std::string_view needs_label(Status status);

// The row is the rule's own, and not one that it checks by an alias.
bool is_own_row(const replay::Rule& rule, const LedgerRow& row);

// The rules of some checkers. They live as long as the program, checkers don't.
std::vector<const replay::Rule*> rules_of(
    std::span<const std::unique_ptr<replay::Checker>> checkers);

// The rows, joined with the rules that there are.
class Ledger {
 public:
  // The rules must live as long as the ledger.
  explicit Ledger(std::span<const replay::Rule* const> rules);

  // The rule that checks the row, or nullptr. One of that very id goes before one by alias. A row
  // may not be a copy: it is one of ledger_rows().
  const replay::Rule* rule_of(const LedgerRow& row) const;
  Status status(const LedgerRow& row) const;
  std::span<const replay::Rule* const> rules() const { return rules_; }

  std::array<std::size_t, kStatusCount> counts() const;

 private:
  std::vector<const replay::Rule*> rules_;
  std::vector<const replay::Rule*> rule_by_row_;
};

}  // namespace ddireplay::checkers
