// Any events, in any order: the World, all rules, and every form of report.
#include <cstddef>
#include <cstdint>

#include "checkers/registry.h"
#include "replay/replay.h"
#include "tests/fuzz/open_any.h"
#include "tools/report/analyze_text.h"
#include "tools/report/json.h"

using namespace ddireplay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    format::TraceReader trace = fuzz::open_any({data, size});
    const auto checkers = checkers::make_all_checkers();
    replay::Replay replay(trace, checkers, {.rules = {"all"}});
    replay.run();
    tools::Symbolizer symbolizer(trace, "");
    const tools::ReportView view{trace, replay.report(), symbolizer};
    static_cast<void>(tools::analyze_text(view));
    static_cast<void>(tools::report_json(view));
  } catch (const format::Error&) {
  }
  return 0;
}
