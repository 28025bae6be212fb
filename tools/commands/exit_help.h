// What the exit statuses of a command mean, for the end of its --help.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "format/error.h"

namespace ddireplay::tools {

struct ExitMeaning {
  format::ExitStatus status;
  std::string_view text;  // lines that follow the first are indented here
};

std::string exit_help(std::initializer_list<ExitMeaning> meanings);

}  // namespace ddireplay::tools
