#include "format/text/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace ddireplay::format::text {

namespace {

constexpr std::string_view kBrackets = "[]{}";

// First words of lines that are no events.
constexpr std::string_view kStatements[] = {
    "chunk",  "chunks", "ddi",     "ddireplay-text", "end",     "gap",
    "import", "line",   "machine", "module",         "notice",  "repeat",
    "stack",  "symbol", "symbols", "raised",         "derived",
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.:?$@-").find(c) != std::string_view::npos;
}

bool may_begin_plain(char c) { return is_plain(c) && (c < '0' || c > '9') && c != '@' && c != '-'; }

bool must_escape(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f || c == '"' || c == '%';
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool all_hex_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// One past the end of the token that begins at `begin`.
std::size_t token_end(std::string_view line, std::size_t begin) {
  if (kBrackets.find(line[begin]) != std::string_view::npos) return begin + 1;
  std::size_t at = begin;
  while (at < line.size() && !is_blank(line[at]) && line[at] != '#' &&
         kBrackets.find(line[at]) == std::string_view::npos) {
    const char c = line[at];
    if (c == '"' || c == '\'') {
      const std::size_t close = line.find(c, at + 1);
      if (close == std::string_view::npos) throw Mistake{at + 1, "this quote is never closed"};
      at = close;
    }
    ++at;
  }
  return at;
}

std::optional<std::uint64_t> parse(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string unescape(std::string_view escaped, std::size_t column) {
  std::string text;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '%') {
      text += escaped[i];
      continue;
    }
    const auto code = i + 2 < escaped.size() ? parse_hex(escaped.substr(i + 1, 2)) : std::nullopt;
    if (!code) throw Mistake{column + i, "behind % two hexadecimal digits are expected"};
    text += static_cast<char>(*code);
    i += 2;
  }
  return text;
}

}  // namespace

std::vector<Token> split(std::string_view line) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < line.size() && line[at] != '#') {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    const std::size_t end = token_end(line, at);
    tokens.push_back({line.substr(at, end - at), at + 1});
    at = end;
  }
  return tokens;
}

std::string spell(std::string_view name) {
  const bool plain = !name.empty() && may_begin_plain(name.front()) &&
                     std::ranges::all_of(name, is_plain) && !is_reserved(name);
  return plain ? std::string(name) : quote(name);
}

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (must_escape(c)) {
      quoted += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string take_name(Token& token, std::string_view stops) {
  if (token.text.starts_with('"')) {
    const std::size_t close = token.text.find('"', 1);
    if (close == std::string_view::npos) throw Mistake{token.column, "this quote is never closed"};
    std::string name = unescape(token.text.substr(1, close - 1), token.column + 1);
    token = token.after(close + 1);
    return name;
  }
  const std::size_t end = std::min(token.text.find_first_of(stops), token.text.size());
  std::string name(token.text.substr(0, end));
  if (name.empty()) throw Mistake{token.column, "a name is expected"};
  token = token.after(end);
  return name;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  return text.starts_with("0x") ? parse(text.substr(2), 16) : parse(text, 10);
}

std::optional<std::uint64_t> parse_hex(std::string_view digits) { return parse(digits, 16); }

bool is_processor(std::string_view word) {
  return word.starts_with("cpu") && all_digits(word.substr(3));
}

bool is_thread(std::string_view word) {
  return word.starts_with('t') && all_hex_digits(word.substr(1));
}

bool is_irql(std::string_view word) {
  return word == "irql?" || (word.starts_with("irql") && all_digits(word.substr(4)));
}

bool is_flags(std::string_view word) { return word.starts_with("flags0x"); }

bool is_stack(std::string_view word) { return word.starts_with('s') && all_digits(word.substr(1)); }

bool is_reserved(std::string_view word) {
  if (std::ranges::find(kStatements, word) != std::end(kStatements)) return true;
  return is_processor(word) || is_thread(word) || is_irql(word) || is_flags(word) || is_stack(word);
}

}  // namespace ddireplay::format::text
