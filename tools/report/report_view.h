// All that a report is written from. The World at some position is not part of it.
#pragma once

#include <string_view>

#include "replay/replay.h"
#include "tools/report/symbolizer.h"

namespace ddireplay::tools {

struct ReportView {
  const format::TraceReader& trace;
  const replay::Report& report;
  Symbolizer& symbolizer;

  unsigned pointer_bytes() const { return trace.header().pointer_bytes; }
};

// File name of a driver: "MyDriver.sys"; empty where there is none.
std::string_view driver_name(const format::TraceReader& trace, format::ModuleId module);

// "(unknown) " where events that are missing could explain the finding; else empty.
std::string_view doubt_mark(const replay::Finding& finding);

// The frame at which the driver made the call: the innermost that lies in it, else the innermost. 0
// where the stack is empty.
std::uint64_t caller_in(const format::TraceReader& trace, format::StackId stack,
                        format::ModuleId driver);

// Return addresses of a stack; none where there is no stack.
std::span<const std::uint64_t> stack_of(const format::TraceReader& trace, format::StackId stack);

}  // namespace ddireplay::tools
