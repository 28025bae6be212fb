// docs/rules.md: the ledger.
#pragma once

#include <string>

#include "checkers/ledger/ledger.h"

namespace ddireplay::tools {

std::string rules_page(const checkers::Ledger& ledger);

}  // namespace ddireplay::tools
