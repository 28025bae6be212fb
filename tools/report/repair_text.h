// What a repair has kept, and what is missing.
#pragma once

#include <span>
#include <string>

#include "format/trace_repair.h"

namespace ddireplay::tools {

// `unused`: what of the input belongs to no chunk; of a search through any file it says nothing.
std::string repair_text(const format::Repair& repair, std::span<const format::ByteRange> unused);

// One line for each trace.
std::string found_text(std::span<const format::FoundTrace> traces);

}  // namespace ddireplay::tools
