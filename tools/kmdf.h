// KMDF drivers, which call most of what they call through a table that no recorder hooks
// (docs/kmdf.md).
#pragma once

#include <string>

#include "format/trace_reader.h"

namespace ddireplay::tools {

// What is to be said of a recording's KMDF drivers, in one line; empty: it has none.
inline std::string kmdf_text(const format::FooterInfo& footer) {
  std::string drivers;
  int count = 0;
  for (const format::ImportInfo& import : footer.imports) {
    if (import.name != "WdfVersionBind") continue;
    drivers += (drivers.empty() ? "" : ", ") + import.module;
    ++count;
  }
  if (drivers.empty()) return "";
  return drivers + (count == 1 ? " is a KMDF driver" : " are KMDF drivers") +
         ": calls through the framework's function table, and what the framework does for them, "
         "are not recorded; direct imports are";
}

}  // namespace ddireplay::tools
