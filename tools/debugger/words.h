// What a command line is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ddireplay::tools {

// They point into the line.
using Words = std::vector<std::string_view>;
Words split_words(std::string_view line);

// Throws format::Error (usage).
[[noreturn]] void fail(const std::string& message);

}  // namespace ddireplay::tools
