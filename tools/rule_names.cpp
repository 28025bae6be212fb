#include "tools/rule_names.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "checkers/ledger/ledger.h"
#include "checkers/ledger/lookup.h"
#include "checkers/ledger/row_id.h"
#include "checkers/registry.h"
#include "format/error.h"
#include "replay/text_case.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

std::string without_blanks(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) throw format::Error("--rules needs a name", ExitStatus::usage);
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// As people type it: "0xc4:0x62" is C4:62, "0xC4" the bug check C4, "Default" is default.
std::string rule_name(const std::string& word) {
  if (word.find(':') != std::string::npos) {
    // The names of pages keep their case.
    const std::string id = checkers::canonical_id(word);
    return id.starts_with("wdm:") ? word : id;
  }
  std::string name = replay::lower_case(word);
  std::string digits = name.starts_with("0x") ? name.substr(2) : name;
  const bool is_number = digits.size() <= 2 && !digits.empty() &&
                         digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_number) return name;
  std::ranges::transform(digits, digits.begin(), [](unsigned char c) { return std::toupper(c); });
  return digits;
}

}  // namespace

std::vector<std::string> rule_names(const std::vector<std::string>& words) {
  constexpr std::string_view kOption = "option:";
  std::vector<std::string> names;
  for (const std::string& typed : words) {
    const std::string word = without_blanks(typed);
    if (!word.starts_with(kOption)) {
      names.push_back(rule_name(word));
      continue;
    }
    const checkers::Ledger ledger(checkers::rules_of(checkers::make_all_checkers()));
    const auto ids =
        checkers::rules_of_option(ledger, std::string_view(word).substr(kOption.size()));
    if (ids.empty()) {
      throw format::Error("no rule that can be replayed belongs to " + word, ExitStatus::usage);
    }
    names.insert(names.end(), ids.begin(), ids.end());
  }
  return names;
}

}  // namespace ddireplay::tools
