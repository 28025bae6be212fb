// Texts that two recordings have in common, as numbers.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ddireplay::tools::diff {

class Names {
 public:
  Names() { id(""); }

  // The same text has the same number; that of the empty text is 0.
  std::uint32_t id(std::string_view text) {
    const auto known = ids_.find(text);
    if (known != ids_.end()) return known->second;
    const auto number = static_cast<std::uint32_t>(texts_.size());
    ids_.emplace(texts_.emplace_back(text), number);
    return number;
  }
  const std::string& text(std::uint32_t id) const { return texts_[id]; }

 private:
  std::deque<std::string> texts_;  // its elements stay where they are
  std::unordered_map<std::string_view, std::uint32_t> ids_;
};

}  // namespace ddireplay::tools::diff
