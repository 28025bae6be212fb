// The words of a list that is kept as text, with spaces between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace ddireplay::checkers {

class Words {
 public:
  class Iterator {
   public:
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(std::string_view rest) : rest_(rest) { ++*this; }
    std::string_view operator*() const { return word_; }
    Iterator& operator++() {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
      word_ = rest_.substr(0, rest_.find(' '));
      rest_.remove_prefix(word_.size());
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(std::default_sentinel_t) const { return word_.empty(); }

   private:
    std::string_view rest_;
    std::string_view word_;
  };

  explicit Words(std::string_view text) : text_(text) {}
  Iterator begin() const { return Iterator(text_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  std::string_view text_;
};

}  // namespace ddireplay::checkers
