// docs/wine.md: what a driver finds when it is recorded under Wine.
#pragma once

#include <string>

namespace ddireplay::tools {

std::string wine_page();

}  // namespace ddireplay::tools
