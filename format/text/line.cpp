#include "format/text/line.h"

#include "format/freestanding/layout.h"

namespace ddireplay::format::text {

Token Words::take(std::string_view expected) {
  if (empty()) throw Mistake{end_column_, fmt::format("{} is expected", expected)};
  return tokens_[next_++];
}

bool Words::take_if(std::string_view text) {
  if (empty() || peek().text != text) return false;
  ++next_;
  return true;
}

void Words::expect_end() const {
  if (!empty()) throw Mistake{column(), fmt::format("{} is too much here", peek().text)};
}

std::uint64_t to_number(const Token& word, std::uint64_t max) {
  const auto value = parse_number(word.text);
  if (!value) throw Mistake{word.column, "a number is expected"};
  if (*value > max) throw Mistake{word.column, fmt::format("this is more than {}", max)};
  return *value;
}

std::string to_text(Token word) {
  std::string text = take_name(word, "");
  if (!word.text.empty()) throw Mistake{word.column, "a blank is expected behind this text"};
  return text;
}

std::uint16_t to_processor(const Token& word) {
  constexpr std::string_view kPrefix = "cpu";
  if (!word.text.starts_with(kPrefix)) {
    throw Mistake{word.column, "cpu and a number are expected"};
  }
  return static_cast<std::uint16_t>(to_number(word.after(kPrefix.size()), kMaxProcessors - 1));
}

std::uint64_t to_thread(const Token& word) {
  const auto thread = parse_hex(word.text.substr(1));
  if (!thread) throw Mistake{word.column, "a thread has 16 hexadecimal digits at most"};
  return *thread;
}

Attribute to_attribute(Token word, std::string_view expected) {
  Attribute attribute;
  attribute.column = word.column;
  attribute.key = take_name(word, "=");
  if (!word.text.starts_with('=')) {
    throw Mistake{attribute.column, fmt::format("{} is expected", expected)};
  }
  attribute.value = word.after(1);
  return attribute;
}

bool Attributes::next() {
  if (words_.empty()) return false;
  const Token word = words_.take(expected_);
  is_word_ = word.text.find('=') == std::string_view::npos;
  if (is_word_) {
    current_ = {.key = std::string(word.text), .column = word.column, .value = {}};
  } else {
    current_ = to_attribute(word, expected_);
  }
  return true;
}

bool Attributes::text(std::string_view key, std::string& to) const {
  if (!is(key)) return false;
  to = to_text(current_.value);
  return true;
}

bool Attributes::flag(std::string_view word, bool& to) const {
  if (!is_word_ || current_.key != word) return false;
  to = true;
  return true;
}

void Attributes::refuse() const {
  throw Mistake{current_.column,
                fmt::format("{} isn't known here; {} is expected", current_.key, expected_)};
}

}  // namespace ddireplay::format::text
