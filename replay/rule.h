// What a rule is: data, not code. A checker reports by rule; the ledger, the help and every report
// read the same rows.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ddireplay::replay {

// What an incomplete trace does to a rule.
enum class Evidence : std::uint8_t {
  presence,  // the events themselves show the violation: it holds in any trace
  absence,   // something is missing (a free, an allocation): a gap turns it to `unknown`
};

struct Rule {
  std::uint32_t bug_check;  // 0xC4
  std::uint32_t code;       // parameter 1 where the bug check has one
  std::string_view sub_id;  // where Microsoft documents no code: names the kind ("lookaside")
  std::string_view slug;    // "pool-leak-at-unload"
  std::string_view title;   // what !analyze prints behind Arg1, in our words
  std::array<std::string_view, 3> parameters;  // meaning of parameters 2 to 4; "reserved" or empty
  Evidence evidence;
  std::string_view condition;  // when it fires
  std::string_view near_miss;  // what looks like it and is legal
  std::string_view remedy;     // how to fix the driver
  std::string_view aliases;    // other ids of the same defect, "C4:14", separated by spaces
  std::string_view follows;    // ids of rules whose violation by the same object explains this one
  // Armed where nobody names rules. False for advice, and for what Driver Verifier checks only
  // where an option is turned on that its standard settings leave out.
  bool by_default = true;

  // "C4:62"; "C7:lookaside" where there is no code.
  std::string id() const;
};

}  // namespace ddireplay::replay
