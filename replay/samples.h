// What a sample of the processor's state says, as the recorder wrote it (format's DDI layouts): 0
// is "not known".
#pragma once

#include "format/freestanding/ddi_layout.h"

namespace ddireplay::replay {

using format::kAllApcsDisabled;
using format::kApcsEnabled;
using format::kInterruptsOff;
using format::kInterruptsOn;
using format::kNormalApcsDisabled;

}  // namespace ddireplay::replay
