#include "tools/commands/exit_help.h"

#include <fmt/format.h>

namespace ddireplay::tools {

std::string exit_help(std::initializer_list<ExitMeaning> meanings) {
  std::string text = "Exit status:";
  for (const ExitMeaning& meaning : meanings) {
    text += fmt::format("\n  {}  ", static_cast<int>(meaning.status));
    for (const char c : meaning.text) {
      text += c;
      if (c == '\n') text += "     ";
    }
  }
  return text;
}

}  // namespace ddireplay::tools
