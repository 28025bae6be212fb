// Timers that are ours: one thread lets them expire.
//
// The KTIMER stays what Wine's KeWaitForSingleObject knows: its object type, signal state and the
// handle that Wine keeps in the wait list's head are handled as Wine handles an event's, which are
// laid out alike. Wine's own KeSetTimer is of no use: it runs the DPC at no IRQL on a pool thread,
// and setting a timer again while its DPC runs deadlocks.
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

bool start_timers();

// What is still armed never expires.
bool stop_timers();

void initialize_timer(PKTIMER timer, TIMER_TYPE type);

// True: it was armed already. `period` is in milliseconds; 0: once.
bool arm_timer(PKTIMER timer, LARGE_INTEGER due, ULONG period, PKDPC dpc);

// True: it was armed.
bool cancel_timer(PKTIMER timer);

}  // namespace ddireplay::recorder::wine
