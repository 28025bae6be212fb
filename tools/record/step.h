// The steps of a recording, as ddirec.exe takes them and says them.
#pragma once

#include <optional>
#include <string_view>

namespace ddireplay::tools::record {

enum class Step { boot, install, start, load, run, unload, stop, remove, done };

// What ddirec.exe prints when a step is over: "step: VERB OBJECT ok", or "... failed".
struct StepResult {
  Step step = Step::boot;
  bool ok = false;
};

std::optional<StepResult> parse_step_result(std::string_view line);

// The step that ddirec.exe takes after that one.
Step next_step(const StepResult& result, bool has_program);

}  // namespace ddireplay::tools::record
