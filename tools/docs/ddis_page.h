// docs/ddis.md: the DDI table.
#pragma once

#include <string>

namespace ddireplay::tools {

std::string ddis_page();

}  // namespace ddireplay::tools
