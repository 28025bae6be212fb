// ddirec run: a whole recording, from installing the recorder to removing it.
#pragma once

#include "recorder/control/command_line.h"
#include "recorder/control/failure.h"

namespace ddireplay::recorder::control {

// Says each step on stdout as it is done, each failure in one line on stderr; returns the first
// exit code that isn't ok.
Exit run(const CommandLine& line);

}  // namespace ddireplay::recorder::control
