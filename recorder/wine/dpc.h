// DPCs that run: two threads per virtual processor take them from two queues, one for ordinary DPCs
// (at DISPATCH_LEVEL), one for threaded DPCs (at PASSIVE_LEVEL).
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

bool start_dpcs();

// What is queued by then still runs; what is queued later is refused. False: a routine hasn't
// returned.
bool stop_dpcs();

// KeInsertQueueDpc. False: it is queued already.
bool queue_dpc(PKDPC dpc, PVOID argument1, PVOID argument2);

}  // namespace ddireplay::recorder::wine
