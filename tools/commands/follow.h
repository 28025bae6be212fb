// `ddireplay replay --follow`, and what it has in common with the ordinary one.
#pragma once

#include <string>

#include "format/error.h"
#include "format/trace_reader.h"
#include "replay/replay.h"

namespace ddireplay::tools {

struct ReplayArguments {
  bool json = false;
  std::string symbol_path;
  replay::ReplayOptions options;
};

// What the replay has come to, on standard output. Its exit status.
format::ExitStatus print_report(const format::TraceReader& trace, const replay::Replay& replay,
                                const ReplayArguments& arguments);

// Replays a trace while it is written, until nobody writes it any more. Each finding is told on
// standard error when it is made; the report is that of the finished trace. SIGINT ends it early.
// Throws format::Error.
format::ExitStatus follow_trace(const std::string& path, const ReplayArguments& arguments);

}  // namespace ddireplay::tools
