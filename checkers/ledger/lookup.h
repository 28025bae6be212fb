// Finds what a person means: a rule by id or slug, rules by words of their text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checkers/ledger/ledger.h"

namespace ddireplay::checkers {

// The row of that id (in any spelling, other ids of a row included) or of the rule with that slug;
// nullptr where there is none.
const LedgerRow* find_row(const Ledger& ledger, std::string_view id_or_slug);

// Rows of a bug check ("C7", "0xC7", "WDM"), else rows that have `text` in their title, DDIs,
// condition or ids, whatever its case.
std::vector<const LedgerRow*> search_rows(const Ledger& ledger, std::string_view text);

// Ids of the rules that check rows of the Driver Verifier option that begins so, whatever its case
// ("code integrity"); empty where there are none.
std::vector<std::string> rules_of_option(const Ledger& ledger, std::string_view option);

// The id or slug nearest to `text`, for "did you mean"; empty where none is near.
std::string nearest_id(const Ledger& ledger, std::string_view text);

}  // namespace ddireplay::checkers
