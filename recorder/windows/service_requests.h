// Loading and unloading drivers on request.
//
// A driver's DriverEntry or DriverUnload may take its time, or never return, or wait for something
// that only a free thread of the caller can bring about (under Wine one thread serves all requests
// of a process). So the request is pended, and a thread of its own does the work. A caller may
// cancel: that ends its waiting, not the work, which nobody can take back.
#pragma once

#include "recorder/control/ioctl.h"
#include "recorder/windows/ddk.h"

namespace ddireplay::recorder {

// Once, when the driver is loaded.
void service_requests_init();

// Takes over `irp`: completes it, now or later, with a control::Reply in its system buffer, which
// must have room for that. Returns what the dispatch routine is to return. At PASSIVE_LEVEL.
NTSTATUS begin_service_request(DEVICE_OBJECT* device, IRP* irp,
                               const control::ServiceRequest& request, bool load);

}  // namespace ddireplay::recorder
