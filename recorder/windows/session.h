// One recording after the other: starting, the writer thread, stopping. At PASSIVE_LEVEL.
#pragma once

#include "recorder/control/ioctl.h"
#include "recorder/core/recorder.h"
#include "recorder/windows/ddk.h"

namespace ddireplay::recorder {

// Once, when the driver is loaded. `unload` becomes the driver's unload routine whenever its code
// is in nobody's use; at other times it has none, so that the system refuses to unload it.
void session_init(DRIVER_OBJECT* driver, PDRIVER_UNLOAD unload);

NTSTATUS session_start(const control::StartRequest& request);
NTSTATUS session_freeze();
NTSTATUS session_stop(const control::StopRequest& request);
void session_status(control::StatusReply& reply);
void session_hooks(std::uint32_t first, control::HooksReply& reply);

// A driver may have gone: its image is looked for, and the recorder becomes unloadable if that was
// what it waited for.
void session_settle();

// Between these two a driver is being loaded or unloaded by the recorder, which stays loaded.
void session_begin_service_request();
void session_end_service_request();

// What records now, or nullptr.
Recorder* session_recorder();

// Before the driver goes.
void session_shutdown();

}  // namespace ddireplay::recorder
