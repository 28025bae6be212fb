#include "tools/bisect/natural_order.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <tuple>
#include <vector>

#include "replay/text_case.h"

namespace ddireplay::tools::bisect {
namespace {

constexpr std::array<std::string_view, 7> kBeforeRelease = {"alpha", "beta",    "dev",     "pre",
                                                            "rc",    "preview", "snapshot"};

// What stands at one place of two names. A name that ends here goes before one that has more to
// say, unless that is that it comes before the release.
enum class Kind { before_release, end, word, number };

struct Part {
  Kind kind = Kind::end;
  std::size_t digits = 0;  // of a number: a longer one is larger
  std::string text;

  auto operator<=>(const Part&) const = default;
};

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
// Bytes of other alphabets belong to words.
bool is_word(char c) { return is_letter(c) || static_cast<unsigned char>(c) >= 0x80; }

Part number(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return {Kind::number, digits.size(), std::string(digits)};
}

Part word(std::string_view letters) {
  std::string text = replay::lower_case(letters);
  const bool is_early = std::ranges::find(kBeforeRelease, text) != kBeforeRelease.end();
  return {is_early ? Kind::before_release : Kind::word, 0, std::move(text)};
}

std::vector<Part> parts_of(std::string_view name) {
  std::vector<Part> parts;
  for (auto at = name.begin(); at != name.end();) {
    const bool is_number = is_digit(*at);
    if (!is_number && !is_word(*at)) {
      ++at;
      continue;
    }
    const auto end = std::find_if_not(at, name.end(), is_number ? is_digit : is_word);
    parts.push_back(is_number ? number({at, end}) : word({at, end}));
    at = end;
  }
  parts.push_back({});
  return parts;
}

}  // namespace

bool naturally_before(std::string_view a, std::string_view b) {
  return std::make_tuple(parts_of(a), a) < std::make_tuple(parts_of(b), b);
}

}  // namespace ddireplay::tools::bisect
