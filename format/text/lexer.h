// Words of the text form: how a line falls into tokens, and how names and numbers are spelt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddireplay::format::text {

// A piece of a line without blanks, except within quotes. `[`, `]`, `{` and `}` are tokens of their
// own.
struct Token {
  std::string_view text;
  std::size_t column = 0;  // from 1

  // The same token without its first `count` characters.
  Token after(std::size_t count) const { return {text.substr(count), column + count}; }
};

// What is wrong with a line, and where.
struct Mistake {
  std::size_t column = 0;
  std::string what;
};

// Falls into tokens up to the end, or up to a `#` outside quotes. Throws Mistake.
std::vector<Token> split(std::string_view line);

// `name` as it is written: plain, or "quoted" with % and two hexadecimal digits for what can't
// stand between quotes.
std::string spell(std::string_view name);
// Always quoted.
std::string quote(std::string_view text);

// Takes a name, plain or quoted, off the front of `token`: a plain one ends at any of `stops`.
// Throws Mistake.
std::string take_name(Token& token, std::string_view stops);

// Decimal, or hexadecimal with 0x.
std::optional<std::uint64_t> parse_number(std::string_view text);
// Hexadecimal without 0x.
std::optional<std::uint64_t> parse_hex(std::string_view digits);

// The words that stand beside a function's name in an event's line.
bool is_processor(std::string_view word);  // cpu0
bool is_thread(std::string_view word);     // t1a4
bool is_irql(std::string_view word);       // irql2, irql?
bool is_flags(std::string_view word);      // flags0x40
bool is_stack(std::string_view word);      // s1

// Whether a plain word is read as something else than a name.
bool is_reserved(std::string_view word);

}  // namespace ddireplay::format::text
