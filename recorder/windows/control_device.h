// The device through which ddirec.exe drives the recorder (recorder/control/ioctl.h).
#pragma once

#include "recorder/windows/ddk.h"

namespace ddireplay::recorder {

NTSTATUS create_control_device(DRIVER_OBJECT* driver);
void delete_control_device(DRIVER_OBJECT* driver);

}  // namespace ddireplay::recorder
