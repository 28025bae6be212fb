// The side of a ForkedRun that is in the other process.
#pragma once

#include "tools/debugger/forked_run.h"
#include "tools/process/channel.h"

namespace ddireplay::tools {

// Makes a run and does what `channel` asks of it, until the other end is gone. Returns in copies as
// well, with a channel of their own; true in the process that was called.
bool serve_run(Channel& channel, const MakeRun& make);

}  // namespace ddireplay::tools
