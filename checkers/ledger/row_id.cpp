#include "checkers/ledger/row_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "checkers/ledger/ledger.h"
#include "checkers/ledger/words.h"
#include "replay/text_case.h"

namespace ddireplay::checkers {
namespace {

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A code in upper case; a word in lower case.
std::string canonical_part(std::string_view text) {
  const std::optional<std::uint64_t> code = parse_hex(text);
  return code ? fmt::format("{:X}", *code) : replay::lower_case(text);
}

}  // namespace

IdParts parts_of(std::string_view id) {
  const std::size_t colon = std::min(id.find(':'), id.size());
  const std::string_view rest = id.substr(std::min(colon + 1, id.size()));
  const std::optional<std::uint64_t> bug_check = parse_hex(id.substr(0, colon));
  if (!bug_check) return {.has_word = true, .word = rest};
  const std::optional<std::uint64_t> code = parse_hex(rest);
  if (!code) return {.bug_check = *bug_check, .has_word = true, .word = rest};
  return {.bug_check = *bug_check, .code = *code};
}

std::string canonical_id(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return replay::lower_case(text);
  return canonical_part(text.substr(0, colon)) + ":" + canonical_part(text.substr(colon + 1));
}

bool row_has_id(const LedgerRow& row, std::string_view id) {
  if (row.id == id) return true;
  return std::ranges::any_of(Words(row.also), [id](std::string_view other) { return other == id; });
}

}  // namespace ddireplay::checkers
