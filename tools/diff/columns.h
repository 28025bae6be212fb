// Two texts side by side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ddireplay::tools::diff {

// Where the width has no room for two columns, one text stands below the other, each under its
// title. Lines that are too long go on in the next, indented.
std::string side_by_side(std::string_view left_title, const std::vector<std::string>& left,
                         std::string_view right_title, const std::vector<std::string>& right,
                         unsigned width);

// The text in lines of at most that many characters; all but the first are indented.
std::string in_lines(std::string_view text, unsigned width);

// Characters in a line of standard output: the terminal's, else 120.
unsigned output_width();

}  // namespace ddireplay::tools::diff
