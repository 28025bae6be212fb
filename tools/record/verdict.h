// What is said of a recording when it is over, and its exit status.
#pragma once

#include <string>
#include <vector>

#include "format/error.h"
#include "tools/record/recorded_trace.h"
#include "tools/record/request.h"
#include "tools/record/session.h"

namespace ddireplay::tools::record {

struct Verdict {
  std::vector<std::string>
      complaints;                  // what went wrong, as far as it has not been said; a line each
  std::vector<std::string> notes;  // what else a reader of the trace should know
  std::string summary;             // the trace, or why there is none
  format::ExitStatus status = format::ExitStatus::clean;
};

Verdict judge(const Request& request, const SessionOutcome& outcome, const RecordedTrace& trace);

// "loading MyDriver.sys".
std::string describe(const Request& request, Step step);

}  // namespace ddireplay::tools::record
