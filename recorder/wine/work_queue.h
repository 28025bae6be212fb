// Worker threads for work items. Wine's own work items run on a pool of the process that never
// makes a thread for a queue that is stuck behind waiting routines; these do.
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

bool start_work_queue();

// What is queued by then still runs. False: a routine hasn't returned.
bool stop_work_queue();

// False: it is queued already.
bool queue_work(PWORK_QUEUE_ITEM item);

// Takes it back. False: it isn't queued, which may mean that it runs.
bool cancel_work(PWORK_QUEUE_ITEM item);

}  // namespace ddireplay::recorder::wine
