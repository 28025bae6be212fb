// What a verdict rests on: events, losses, rules armed, DDIs that no model knows.
#pragma once

#include <string>
#include <string_view>

#include "tools/report/report_view.h"

namespace ddireplay::tools {

std::string summary_text(const ReportView& view);

// How the recording of a trace ended that has no footer.
inline constexpr std::string_view kCutText =
    "cut: its end is missing (`ddireplay repair` makes a whole trace of what there is)";

// Why the trace's recording ended: "stopped in order".
std::string_view end_reason_text(format::EndReason reason);

inline constexpr std::string_view kFlightText =
    "A flight recording: older events gave way to newer ones, so it begins in the driver's midst.";

// Nothing that could change a verdict is missing from the trace.
bool is_complete(const format::TraceReader& trace);

// Made of a part of a recording: what is not in it may have happened all the same.
bool is_part(const format::TraceReader& trace);

// What `ddireplay replay` exits with. Findings of which each may be explained by what is missing
// are no verdict, either.
format::ExitStatus status_of(const format::TraceReader& trace, const replay::Report& report);

}  // namespace ddireplay::tools
