// A comparison for people to read, and for programs.
#pragma once

#include <string_view>

#include "replay/function_ref.h"
#include "tools/diff/diff_view.h"

namespace ddireplay::tools::diff {

struct DiffTextOptions {
  bool all = false;      // every divergence, not only the first
  unsigned width = 120;  // characters in a line
};

// Takes the report piece by piece: with every divergence it may be long.
using Write = replay::FunctionRef<void(std::string_view)>;

void write_diff_text(const DiffView& view, const DiffTextOptions& options, Write write);

// One object, on one line. Keys are never renamed or removed.
void write_diff_json(const DiffView& view, bool all, Write write);

}  // namespace ddireplay::tools::diff
