#include "format/text/words.h"

#include <fmt/format.h>

#include "format/text/lexer.h"

namespace ddireplay::format::text {

namespace {

// The first three groups of a GUID are numbers, so their bytes stand in reverse.
constexpr std::size_t kByteOrder[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

constexpr bool is_dash_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

}  // namespace

Moment default_moment(std::string_view function) {
  switch (row_or_unknown(function).when) {
    case When::entry:
      return Moment::entry;
    case When::exit:
      return Moment::exit;
    default:
      return Moment::either;
  }
}

const DdiRow& row_or_unknown(std::string_view function) {
  const DdiRow* const row = find_ddi(function);
  return row == nullptr ? unknown_ddi() : *row;
}

std::string label(std::string_view spelt_name, std::size_t number) {
  return number == 1 ? std::string(spelt_name) : fmt::format("{}/{}", spelt_name, number);
}

std::string print_guid(const std::array<std::uint8_t, 16>& guid) {
  std::string text;
  for (std::size_t i = 0; i < guid.size(); ++i) {
    if (is_dash_before(i)) text += '-';
    text += fmt::format("{:02x}", guid[kByteOrder[i]]);
  }
  return text;
}

std::optional<std::array<std::uint8_t, 16>> parse_guid(std::string_view text) {
  std::array<std::uint8_t, 16> guid{};
  for (std::size_t i = 0; i < guid.size(); ++i) {
    if (is_dash_before(i)) {
      if (!text.starts_with('-')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto byte = text.size() < 2 ? std::nullopt : parse_hex(text.substr(0, 2));
    if (!byte) return std::nullopt;
    guid[kByteOrder[i]] = static_cast<std::uint8_t>(*byte);
    text.remove_prefix(2);
  }
  return text.empty() ? std::optional(guid) : std::nullopt;
}

}  // namespace ddireplay::format::text
