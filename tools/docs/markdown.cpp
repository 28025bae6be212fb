#include "tools/docs/markdown.h"

#include <fmt/format.h>

namespace ddireplay::tools {

std::string cell_text(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '<' || c == '`' || c == '\\') cell += '\\';
    cell += c;
  }
  return cell;
}

std::string cell_code(std::string_view code) {
  if (code.empty()) return {};
  std::string cell = "`";
  for (const char c : code) {
    // A cell ends at a bar even within code.
    if (c == '|') cell += '\\';
    cell += c;
  }
  return cell + "`";
}

}  // namespace ddireplay::tools
