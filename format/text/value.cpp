#include "format/text/value.h"

#include <fmt/format.h>

#include "format/text/lexer.h"

namespace ddireplay::format::text {

namespace {

std::uint64_t sign_extend(std::uint64_t value, unsigned bytes) {
  const unsigned unused = 64 - 8 * bytes;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << unused) >> unused);
}

constexpr std::size_t kTagBytes = 4;

bool can_stand_in_tag(char c) { return c >= 0x20 && c < 0x7f && c != '\''; }

std::optional<std::string> print_tag(std::uint64_t value) {
  if (value >> 32 != 0) return std::nullopt;
  std::string text = "'";
  for (std::size_t i = 0; i < kTagBytes; ++i) {
    const char c = static_cast<char>(value >> 8 * i & 0xff);
    if (!can_stand_in_tag(c)) return std::nullopt;
    text += c;
  }
  return text + '\'';
}

std::optional<std::uint64_t> parse_tag(std::string_view text) {
  if (text.size() != kTagBytes + 2 || !text.ends_with('\'')) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kTagBytes; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(text[i + 1])} << 8 * i;
  }
  return value;
}

std::string print_status(std::uint64_t value) {
  const std::uint64_t low = value & 0xffffffff;
  return sign_extend(low, 4) == value ? fmt::format("{:#x}", low) : fmt::format("{:#018x}", value);
}

std::optional<std::uint64_t> parse_status(std::string_view text) {
  const auto value = parse_number(text);
  constexpr std::size_t kShort = 2 + 8;  // 0x and the digits of 32 bits
  return value && text.starts_with("0x") && text.size() <= kShort ? sign_extend(*value, 4) : value;
}

bool is_decimal(const Field& field) {
  return field.kind == Kind::boolean || field.kind == Kind::irql || field.kind == Kind::time ||
         field.is_signed;
}

// A decimal number is read as a signed one, and its bits are those of 64.
std::string print_decimal(std::uint64_t value) {
  return fmt::format("{}", static_cast<std::int64_t>(value));
}

}  // namespace

std::string print_value(const Field& field, std::uint64_t value) {
  if (field.kind == Kind::tag) {
    if (const auto tag = print_tag(value)) return *tag;
  }
  if (field.kind == Kind::status) return print_status(value);
  if (is_decimal(field)) return print_decimal(value);
  return fmt::format("{:#x}", value);
}

std::optional<std::uint64_t> parse_value(const Field& field, std::string_view text) {
  if (text.starts_with('\'')) return parse_tag(text);
  if (text.starts_with('-')) {
    const auto magnitude = parse_number(text.substr(1));
    return magnitude ? std::optional(std::uint64_t{0} - *magnitude) : std::nullopt;
  }
  return field.kind == Kind::status ? parse_status(text) : parse_number(text);
}

}  // namespace ddireplay::format::text
