// Ids of rules: "C4:62", "C7:lookaside", "WDM:RemoveLock".
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace ddireplay::checkers {

struct LedgerRow;

// Bug check of rules that have none, so that they come last.
inline constexpr std::uint64_t kNoBugCheck = std::uint64_t{1} << 32;

// The parts of an id, in the order in which ids are sorted: codes before words.
struct IdParts {
  std::uint64_t bug_check = kNoBugCheck;
  bool has_word = false;
  std::uint64_t code = 0;
  std::string_view word{};  // points into the id

  auto operator<=>(const IdParts&) const = default;
};
IdParts parts_of(std::string_view id);

// Ids as people type them: letters of either case, with or without 0x, leading zeros: "0xc4:0x0062"
// is "C4:62". What is no id comes back in lower case.
std::string canonical_id(std::string_view text);

bool row_has_id(const LedgerRow& row, std::string_view id);

}  // namespace ddireplay::checkers
