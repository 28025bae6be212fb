// A comparison for people to read, and for programs.
#pragma once

#include <string>

#include "tools/diff/diff_view.h"

namespace ddireplay::tools::diff {

struct DiffTextOptions {
  bool all = false;      // every divergence, not only the first
  unsigned width = 120;  // characters in a line
};

std::string diff_text(const DiffView& view, const DiffTextOptions& options);

// One object, on one line, without the line's end. Keys are never renamed or removed.
std::string diff_json(const DiffView& view, bool all);

}  // namespace ddireplay::tools::diff
