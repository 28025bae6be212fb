// What a trace says of itself where it is not the whole of a recording.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::tools {

// Sentences, one a line; none of a trace as it was recorded. `footer` may be nullptr.
std::vector<std::string> derivation_lines(const format::FooterInfo* footer);

// Null of a trace as it was recorded.
nlohmann::ordered_json derivation_json(const format::FooterInfo* footer);

}  // namespace ddireplay::tools
