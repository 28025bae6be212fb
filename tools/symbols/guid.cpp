#include "tools/symbols/guid.h"

#include <fmt/format.h>

#include <string_view>

namespace ddireplay::tools {
namespace {

// A GUID's first three fields are little-endian numbers; the rest is single bytes.
constexpr std::array<unsigned, 16> kPrintedOrder = {3, 2, 1,  0,  5,  4,  7,  6,
                                                    8, 9, 10, 11, 12, 13, 14, 15};

std::string digits(const Guid& guid) {
  std::string text;
  for (const unsigned place : kPrintedOrder) text += fmt::format("{:02X}", guid[place]);
  return text;
}

}  // namespace

std::string guid_text(const Guid& guid) {
  const std::string all = digits(guid);
  const std::string_view text = all;
  return fmt::format("{{{}-{}-{}-{}-{}}}", text.substr(0, 8), text.substr(8, 4), text.substr(12, 4),
                     text.substr(16, 4), text.substr(20));
}

std::string store_folder(const Guid& guid, std::uint32_t age) {
  return fmt::format("{}{:X}", digits(guid), age);
}

}  // namespace ddireplay::tools
