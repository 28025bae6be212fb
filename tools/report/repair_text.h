// What a repair has kept, and what is missing.
#pragma once

#include <span>
#include <string>

#include "format/trace_repair.h"

namespace ddireplay::tools {

// `unused`: what of the input belongs to no chunk of the trace, and `others`: which traces lie
// there, too; of a search through any file these say nothing.
std::string repair_text(const format::Repair& repair, std::span<const format::ByteRange> unused,
                        std::span<const format::FoundTrace> others);

// One line for each trace.
std::string found_text(std::span<const format::FoundTrace> traces);

}  // namespace ddireplay::tools
