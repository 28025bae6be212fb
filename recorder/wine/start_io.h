// StartIo, as far as a driver's own routines have to do with it.
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

// DEVICE_OBJECT.CurrentIrp is the request that StartIo was given last. Wine takes it for its own:
// it stands there as long as a request of user mode is being dispatched to the device, whatever
// that is, and then the field is cleared. Each routine of the driver finds what Windows would have
// there: of all devices that are busy, and of the one that a request is dispatched to.
void restore_current_irps();
void restore_current_irp(PDEVICE_OBJECT device);

}  // namespace ddireplay::recorder::wine
