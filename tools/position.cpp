#include "tools/position.h"

#include <fmt/format.h>

#include <optional>

#include "format/error.h"
#include "tools/number.h"

namespace ddireplay::tools {

std::uint64_t parse_position(std::string_view text) {
  const std::string_view digits = text.starts_with('#') ? text.substr(1) : text;
  const std::optional<std::uint64_t> position = parse_number(digits, 10);
  if (!position || *position == 0) {
    throw format::Error(fmt::format("{} is no position: write #N, counting from #1", text),
                        format::ExitStatus::usage);
  }
  return *position;
}

std::uint64_t parse_thread(std::string_view text) {
  const std::optional<std::uint64_t> thread = parse_hexadecimal(text);
  if (!thread) {
    throw format::Error(fmt::format("{} is no thread: write its address in hexadecimal", text),
                        format::ExitStatus::usage);
  }
  return *thread;
}

}  // namespace ddireplay::tools
