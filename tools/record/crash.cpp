#include "tools/record/crash.h"

#include <charconv>

namespace ddireplay::tools::record {
namespace {

bool remove_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<Crash> parse_crash(std::string_view line) {
  constexpr std::string_view kAt = " at address ";
  if (!remove_prefix(line, "wine: ")) return std::nullopt;
  remove_prefix(line, "Unhandled ");
  const std::size_t at = line.find(kAt);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view digits = line.substr(at + kAt.size());
  remove_prefix(digits, "0x");
  Crash crash{std::string(line.substr(0, at)), 0};
  const auto parsed =
      std::from_chars(digits.data(), digits.data() + digits.size(), crash.address, 16);
  if (parsed.ec != std::errc()) return std::nullopt;
  return crash;
}

}  // namespace ddireplay::tools::record
