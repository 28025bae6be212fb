// What a trace says of itself where it is not the whole of a recording.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::tools {

// Of nullptr, which is a trace as it was recorded: no lines, and null.

// Sentences, one a line.
std::vector<std::string> derivation_lines(const format::Derivation* derivation);
nlohmann::ordered_json derivation_json(const format::Derivation* derivation);

}  // namespace ddireplay::tools
