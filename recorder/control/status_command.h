// ddirec status, and what a recording came to.
#pragma once

#include "recorder/control/recorder_device.h"

namespace ddireplay::recorder::control {

void print_status(RecorderDevice& device, bool json);

// Prints the totals of the recording that has just ended. Throws Failure (incomplete) when its
// trace has gaps.
void check_totals(RecorderDevice& device);

}  // namespace ddireplay::recorder::control
