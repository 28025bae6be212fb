// Names of the bug checks that rules belong to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ddireplay::checkers {

// "DRIVER_VERIFIER_DETECTED_VIOLATION"; empty for one that the ledger doesn't have.
std::string_view ledger_bug_check_name(std::uint64_t bug_check);

// "0xC4 DRIVER_VERIFIER_DETECTED_VIOLATION"
std::string bug_check_heading(std::uint64_t bug_check);

}  // namespace ddireplay::checkers
