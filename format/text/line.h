// One line of the text form, taken word by word.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "format/text/lexer.h"

namespace ddireplay::format::text {

class Words {
 public:
  // `line` must outlive the words. Throws Mistake.
  explicit Words(std::string_view line) : tokens_(split(line)), end_column_(line.size() + 1) {}

  bool empty() const { return next_ == tokens_.size(); }
  // Where the next word stands, or would.
  std::size_t column() const { return empty() ? end_column_ : tokens_[next_].column; }
  // The next word without taking it; at the end an empty one.
  Token peek() const { return empty() ? Token{{}, end_column_} : tokens_[next_]; }

  // `expected` is what a message says to be missing. Throws Mistake at the end.
  Token take(std::string_view expected);
  bool take_if(std::string_view text);
  // Throws Mistake where there is more.
  void expect_end() const;

 private:
  std::vector<Token> tokens_;
  std::size_t end_column_;
  std::size_t next_ = 0;
};

// What a word says. All throw Mistake where it says something else.
std::uint64_t to_number(const Token& word,
                        std::uint64_t max = std::numeric_limits<std::uint64_t>::max());
std::string to_text(Token word);
std::uint16_t to_processor(const Token& word);
std::uint64_t to_thread(const Token& word);

template <class T>
T to_number_of(const Token& word) {
  return static_cast<T>(to_number(word, std::numeric_limits<T>::max()));
}

// A word of the form KEY=VALUE.
struct Attribute {
  std::string key;
  std::size_t column = 0;
  Token value;
};
// `expected` is what a message says to be missing.
Attribute to_attribute(Token word, std::string_view expected);

// The attributes at the end of a line, in any order:
//
//   while (attributes.next()) {
//     if (!(attributes.number("age", age) || attributes.flag("target", is_target))) {
//       attributes.refuse();
//     }
//   }
class Attributes {
 public:
  // `expected` lists what there may be, for messages.
  Attributes(Words& words, std::string_view expected) : words_(words), expected_(expected) {}

  // Takes the next word; false at the end of the line.
  bool next();

  // True, and `to` is set, where the word has this key. Throw Mistake where its value is wrong.
  template <class T>
  bool number(std::string_view key, T& to,
              std::uint64_t max = std::numeric_limits<T>::max()) const {
    if (!is(key)) return false;
    to = static_cast<T>(to_number(current_.value, max));
    return true;
  }
  template <class Enum, std::size_t N>
  bool choice(std::string_view key, const std::array<std::string_view, N>& names, Enum& to) const {
    if (!is(key)) return false;
    const auto found = std::ranges::find(names, current_.value.text);
    if (found == names.end()) {
      throw Mistake{value().column, fmt::format("one of {} is expected", fmt::join(names, ", "))};
    }
    to = static_cast<Enum>(found - names.begin());
    return true;
  }
  bool text(std::string_view key, std::string& to) const;
  bool flag(std::string_view word, bool& to) const;

  bool is(std::string_view key) const { return !is_word_ && current_.key == key; }
  const Token& value() const { return current_.value; }
  std::size_t column() const { return current_.column; }

  [[noreturn]] void refuse() const;

 private:
  Words& words_;
  std::string_view expected_;
  Attribute current_;
  bool is_word_ = false;  // without a value
};

}  // namespace ddireplay::format::text
