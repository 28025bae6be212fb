#include "tools/record/step.h"

#include <array>
#include <utility>

namespace ddireplay::tools::record {
namespace {

using namespace std::string_view_literals;

constexpr std::array kVerbs = {
    std::pair{"boot"sv, Step::boot},   std::pair{"install"sv, Step::install},
    std::pair{"start"sv, Step::start}, std::pair{"load"sv, Step::load},
    std::pair{"run"sv, Step::run},     std::pair{"unload"sv, Step::unload},
    std::pair{"stop"sv, Step::stop},   std::pair{"remove"sv, Step::remove}};

}  // namespace

std::optional<StepResult> parse_step_result(std::string_view line) {
  constexpr std::string_view kMark = "step: ";
  if (!line.starts_with(kMark)) return std::nullopt;
  line.remove_prefix(kMark.size());
  const bool ok = line.ends_with(" ok");
  if (!ok && !line.ends_with(" failed")) return std::nullopt;
  const std::string_view verb = line.substr(0, line.find(' '));
  for (const auto& [name, step] : kVerbs) {
    if (verb == name) return StepResult{step, ok};
  }
  return std::nullopt;
}

Step next_step(const StepResult& result, bool has_program) {
  switch (result.step) {
    case Step::boot:
      return result.ok ? Step::install : Step::remove;
    case Step::install:
      return result.ok ? Step::start : Step::remove;
    case Step::start:
      return result.ok ? Step::load : Step::remove;
    case Step::load:
      if (!result.ok) return Step::stop;
      return has_program ? Step::run : Step::unload;
    case Step::run:
      return Step::unload;
    case Step::unload:
      return Step::stop;
    case Step::stop:
      return Step::remove;
    case Step::remove:
    case Step::done:
      break;
  }
  return Step::done;
}

}  // namespace ddireplay::tools::record
