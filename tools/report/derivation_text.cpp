#include "tools/report/derivation_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "tools/report/text.h"

namespace ddireplay::tools {

using format::Derivation;

std::vector<std::string> derivation_lines(const Derivation* derivation) {
  if (derivation == nullptr) return {};
  std::vector<std::string> lines;
  lines.push_back(fmt::format("Made of a recording of {}: {}.",
                              counted(derivation->events, "event"),
                              fmt::join(derivation->steps, ", then ")));
  if (derivation->begin == 1) {
    lines.push_back("What the driver did before is not known.");
  } else if (derivation->begin != 0) {
    lines.push_back(fmt::format(
        "What the driver did before #{} is not known, but for the events in front of it.",
        derivation->begin));
  }
  if (derivation->thinned) {
    lines.push_back("Events in between were left out: what rests on absence is unknown.");
  }
  if (derivation->finding != 0) {
    lines.push_back(
        fmt::format("It proves finding {} and no other: what others rest on was left out.",
                    fingerprint_text(derivation->finding)));
  }
  return lines;
}

nlohmann::ordered_json derivation_json(const Derivation* derivation) {
  using Json = nlohmann::ordered_json;
  if (derivation == nullptr) return {};
  const bool is_reduced = derivation->finding != 0;
  return Json{{"steps", derivation->steps},
              {"events", derivation->events},
              {"begin", derivation->begin == 0 ? Json() : Json(derivation->begin)},
              {"thinned", derivation->thinned},
              {"finding", is_reduced ? Json(fingerprint_text(derivation->finding)) : Json()}};
}

}  // namespace ddireplay::tools
