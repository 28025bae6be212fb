// A check for options that name what is written.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace ddireplay::tools {

// An empty name, such as that of a variable that a script did not set, is wrong usage.
inline CLI::Validator output_name() {
  const auto check = [](const std::string& name) {
    return name.empty() ? std::string("the name is empty") : std::string();
  };
  return {check, ""};
}

}  // namespace ddireplay::tools
