#include "tools/report/report_view.h"

#include <algorithm>

namespace ddireplay::tools {

std::string_view driver_name(const format::TraceReader& trace, format::ModuleId module) {
  return module == format::kNoModuleId ? std::string_view{} : trace.module(module).name;
}

std::span<const std::uint64_t> stack_of(const format::TraceReader& trace, format::StackId stack) {
  return stack == format::kNoStack ? std::span<const std::uint64_t>{} : trace.stack(stack);
}

std::string_view doubt_mark(const replay::Finding& finding) {
  return finding.verdict == replay::Verdict::unknown ? "(unknown) " : "";
}

std::uint64_t caller_in(const format::TraceReader& trace, format::StackId stack,
                        format::ModuleId driver) {
  const std::span<const std::uint64_t> frames = stack_of(trace, stack);
  if (frames.empty()) return 0;
  if (driver == format::kNoModuleId) return frames.front();
  const format::Module& module = trace.module(driver);
  const auto in_driver = std::ranges::find_if(
      frames, [&module](std::uint64_t address) { return module.contains(address); });
  return in_driver == frames.end() ? frames.front() : *in_driver;
}

}  // namespace ddireplay::tools
