// Runs a piece of work so that none of the processes it starts outlives it.
#pragma once

#include <functional>

namespace ddireplay::tools::record {

// Calls `work` in a child process, in a session of its own, which adopts every process that `work`
// starts; returns its result as an exit status. Should this process be told to stop, or be killed
// outright, the work is told to stop (SIGTERM); should the work itself be killed, its processes are
// ended here. To be called while there is one thread only.
int supervise(const std::function<int()>& work);

}  // namespace ddireplay::tools::record
