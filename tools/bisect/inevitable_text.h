// The event that made a finding inevitable, as text and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/bisect/inevitable.h"
#include "tools/report/symbolizer.h"

namespace ddireplay::tools::bisect {

// `event`: at the position of `inevitable`.
std::string inevitable_text(const Inevitable& inevitable, const replay::Finding& finding,
                            const format::Event& event, Symbolizer& symbolizer);
nlohmann::ordered_json inevitable_json(const Inevitable& inevitable, const replay::Finding& finding,
                                       const format::Event& event, Symbolizer& symbolizer);

}  // namespace ddireplay::tools::bisect
