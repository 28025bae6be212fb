// What ended a recording, as it is to stand in the trace.
#pragma once

#include <filesystem>
#include <optional>

#include "format/trace_reader.h"
#include "tools/record/recorded_trace.h"
#include "tools/record/request.h"
#include "tools/record/session.h"

namespace ddireplay::tools::record {

struct FoundEnding {
  format::EndReason reason = format::EndReason::stopped;
  std::optional<format::Ending> ending;
};

// Whether the host died before the target's first instruction ran, through no fault of the target.
bool ended_before_target(const SessionOutcome& outcome, const RecordedTrace& trace);

FoundEnding find_ending(const Request& request, const SessionOutcome& outcome,
                        const RecordedTrace& trace);

// Writes it to the trace's footer, which a recorder that died has not written at all. Nothing
// happens where the recorder has said all, or where the trace is too damaged to be closed. Throws
// format::Error.
void write_ending(const std::filesystem::path& path, const FoundEnding& found,
                  const RecordedTrace& trace);

}  // namespace ddireplay::tools::record
