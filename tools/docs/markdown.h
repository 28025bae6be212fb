// Cells of Markdown tables.
#pragma once

#include <string>
#include <string_view>

namespace ddireplay::tools {

// Text that a cell shows as it is.
std::string cell_text(std::string_view text);

// Code in a cell; nothing where there is none.
std::string cell_code(std::string_view code);

}  // namespace ddireplay::tools
