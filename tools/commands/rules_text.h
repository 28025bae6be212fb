// Rows of the ledger as text and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "checkers/ledger/ledger.h"

namespace ddireplay::tools {

using LedgerRows = std::span<const checkers::LedgerRow* const>;

// Id, status and title of each, under the names of their bug checks, and a line that counts them.
std::string rules_table(const checkers::Ledger& ledger, LedgerRows rows);

// Everything there is to say of one.
std::string rule_explanation(const checkers::Ledger& ledger, const checkers::LedgerRow& row);

nlohmann::ordered_json rule_json(const checkers::Ledger& ledger, const checkers::LedgerRow& row);
// {"counts": {"checked", ...}, "rules": [...]}
nlohmann::ordered_json rules_json(const checkers::Ledger& ledger, LedgerRows rows);

}  // namespace ddireplay::tools
